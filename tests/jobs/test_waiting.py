"""The order of those who wait, and the memory for those who have run."""

import pytest

from dkdemo.jobs import Job
from dkdemo.jobs.waiting import Queue, Shelf


@pytest.fixture
def job(recipes):
    return lambda seed: Job(recipes.Count(seed=seed))


def test_a_queue_tells_who_has_moved(job):
    queue, (one, two, three) = Queue(), map(job, range(3))
    for each in (one, two, three):
        queue.join(each)
    assert [each.position for each in (one, two, three)] == [1, 2, 3]
    assert queue.prefer(two) == [two, one]
    assert list(queue) == [two, one, three]
    assert queue.prefer(two) == []
    assert queue.leave(two) == [one, three]
    assert (two.position, one.position, three.position) == (0, 1, 2)
    assert queue.prefer(two) == [], "it does not wait here"
    assert len(queue) == 2
    assert two not in queue


def test_all_may_leave_while_one_goes_through_the_queue(job):
    queue = Queue()
    for seed in range(4):
        queue.join(job(seed))
    for each in queue:
        queue.leave(each)
    assert not len(queue)


def test_a_shelf_forgets_what_ended_long_ago_and_nothing_that_is_wanted(job):
    shelf, jobs = Shelf(2), [job(seed) for seed in range(4)]
    waiting, *ended = jobs
    for each in jobs:
        shelf.put(each)
    assert list(shelf) == jobs, "all of them still wait"
    for each in ended:
        each.end("done")
    shelf.put(ended[0])
    assert list(shelf) == [waiting, ended[0]]
    assert shelf.get(ended[1].key) is None


def test_a_recipe_has_one_place_on_the_shelf(job):
    shelf, old, new = Shelf(5), job(0), job(0)
    shelf.put(old)
    assert shelf.put(new) is new
    assert list(shelf) == [new]
