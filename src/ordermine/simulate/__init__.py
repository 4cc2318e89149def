"""Believable logs with known answers.

A scenario simulates a company that sells and delivers, and writes what its systems would have exported:

    dice, working_hours        chance and time, the same on every machine
    master_data, company       customers, items, addresses; departments, people and their desks
    steps, behaviour           what there is to do; how often what happens (the dials of a scenario)
    journey                    one order on its way, and the errors planted in it
    selling … aftercare        the stages of lead-to-cash, one file each
    touches, alike             what misleads: values saved again, orders that look like another
    lead_to_cash               runs all orders against each other for the same people
    recorder, loops            collects events and the truth; counts the true loops
    csv_export, project_file,  write them; export says in which shape, bundle writes all three
    truth_file
    plan                       what makes a scenario: behaviour, export, further truths
    scenarios                  start here: every scenario by name; a new one is a file like `demo`

What was found in such a log is compared with its truth by `score`; `naive` holds the methods that fail.
"""

from __future__ import annotations
