"""The engines of one process: readers, templates, vocabularies. Built once, used for every page."""

from dataclasses import dataclass

import cv2

from extractors.engine_settings import EngineSettings
from extractors.feuille import Vocabulary
from extractors.feuilles.print_removal import WORKING_PX_PER_MM
from extractors.forms.light import ground_of
from extractors.forms.template import FormTemplate, load_templates
from extractors.readers.cells import load_cell_reader
from extractors.readers.erasures import erasure_reader
from extractors.readers.handwriting import load_line_recogniser
from extractors.readers.protocol import Readers
from extractors.readers.signatures import box_network
from extractors.readers.tesseract import load_text_reader
from extractors.readers.ticks import tick_network
from extractors.register import Registrar
from schemas.nomenclature import act_codes, surcharge_codes


@dataclass(frozen=True)
class Engines:
    """What :func:`extractors.page.read_page` reads with."""

    readers: Readers
    registrar: Registrar
    templates: tuple[FormTemplate, ...]
    vocabulary: Vocabulary


def load_engines(settings: EngineSettings) -> Engines:
    """Return the engines of this process, one thread each: parallelism is across pages.

    Raises:
        ResourceError: Tesseract or its French data is not installed.
    """
    cv2.setNumThreads(1)
    templates = load_templates(settings.templates)
    for template in templates:  # kept from here on: workers forked from this process share it
        ground_of(template, WORKING_PX_PER_MM)
    for load in (box_network, tick_network, erasure_reader):  # the same
        load()
    readers = Readers(
        text=load_text_reader(settings.text_reader), lines=load_line_recogniser(), cells=load_cell_reader()
    )
    return Engines(readers, Registrar(templates), templates, Vocabulary(act_codes(), surcharge_codes()))
