"""Lots read in the background: durable, by any number of processes; decision 0008 says why it is built this way.

A lot is a workflow of the queue engine (DBOS) with the lot's own id, each page a queued one, the conclusion another.
``work`` holds what is done to a lot and knows no queue; ``worker`` queues it; ``pulse`` tells the living from the dead.
"""
