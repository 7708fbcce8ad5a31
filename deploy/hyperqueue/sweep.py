#!/usr/bin/env python3
"""A sweep as HyperQueue tasks, one for each part (pip install hyperqueue).

usage: sweep.py SWEEP.toml SHARDS OUT [SERVER-DIR]

With SERVER-DIR the tasks go to the server that runs there; without it two workers are started here.
What failed: run it again, finished parts are skipped. Then: rcusim merge OUT --export-csv out.csv
"""
import os
import sys
from pathlib import Path

from hyperqueue import Client, Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def run(client, sweep, shards, out):
    rcusim = os.environ.get("RCUSIM", "rcusim")
    job = Job(max_fails=None)
    for k in range(1, shards + 1):
        job.program([rcusim, "sweep", "--grid", sweep, "--shard", f"{k}/{shards}",
                     "--out", out, "--jobs", "1", "--resume"], stdout=None)
    client.wait_for_jobs([client.submit(job)])


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    sweep, out = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
    shards = int(sys.argv[2])
    if len(sys.argv) == 5:
        run(Client(Path(sys.argv[4])), sweep, shards, out)
        return
    with LocalCluster() as cluster:
        for _ in range(2):
            cluster.start_worker(WorkerConfig(cores=1))
        run(cluster.client(), sweep, shards, out)


if __name__ == "__main__":
    main()
