"""A first-come-first-served lock under 200 threads, in SimPy: a process for each, and a Resource.

simpy_lock.py version             the version that is installed
simpy_lock.py SEED ACQUISITIONS   user time [s], then the mean wait of each batch of 10,000
"""

import random
import resource
import sys

import simpy

THREADS, THINK, HOLD, BATCH = 200, 100.0, 1.0, 10_000


def thread(env, lock, rng, state):
    while True:
        yield env.timeout(rng.expovariate(1.0 / THINK))
        since = env.now
        with lock.request() as request:
            yield request
            state["sum"] += env.now - since
            state["acquisitions"] += 1
            if state["acquisitions"] % BATCH == 0:
                state["means"].append(state["sum"] / BATCH)
                state["sum"] = 0.0
                if state["acquisitions"] == state["wanted"]:
                    state["over"].succeed()
                    return
            yield env.timeout(HOLD)


def user_s():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def main(seed, acquisitions):
    env = simpy.Environment()
    lock = simpy.Resource(env, capacity=1)
    rng = random.Random(seed)
    state = {"sum": 0.0, "acquisitions": 0, "wanted": acquisitions, "means": [], "over": env.event()}
    for _ in range(THREADS):
        env.process(thread(env, lock, rng, state))
    before = user_s()
    env.run(until=state["over"])
    print(user_s() - before, *state["means"])


if __name__ == "__main__":
    if sys.argv[1:] == ["version"]:
        print(simpy.__version__)
    else:
        main(*map(int, sys.argv[1:]))
