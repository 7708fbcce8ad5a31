#!/usr/bin/env bash
# A real Slurm (Debian's packages, two slurmds on this machine) runs a sweep in 64 parts, of which some
# are requeued and some killed while they run. The merged files must be, byte for byte, what one process
# writes. Needs root, and the network unless the packages are there; without them it fails, it does not skip.
#
# usage: deploy/slurm/test.sh PATH-OF-RCUSIM
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rcusim=$(realpath "$1")
shards=64
fail() { echo "slurm test: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "starting munged, slurmctld and slurmd takes root"
if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    slurm-wlm slurmctld slurmd slurm-client munge >/dev/null || fail "Slurm is not there and apt cannot install it"
fi

work=$(mktemp -d /tmp/rcusim-slurm.XXXXXX)
munge_started=
stop() {
  code=$?
  daemons=$(cat "$work"/*.pid 2>/dev/null || true)
  scontrol shutdown 2>/dev/null || true
  for daemon in $daemons; do kill "$daemon" 2>/dev/null || true; done
  # They write their state as they end; the folder can go when they have.
  for daemon in $daemons; do
    for _ in $(seq 100); do kill -0 "$daemon" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$daemon" 2>/dev/null || true
  done
  [ -z "$munge_started" ] || kill "$(cat /run/munge/munged.pid)" 2>/dev/null || true
  if [ "$code" = 0 ]; then rm -rf "$work"; else echo "slurm test: logs are in $work" >&2; fi
  exit "$code"
}
trap stop EXIT

# Without systemd nobody makes munge's folder.
install -d -o munge -g munge -m 755 /run/munge
if ! munge -n </dev/null >/dev/null 2>&1; then
  runuser -u munge -- /usr/sbin/munged
  munge_started=yes
fi

host=$(hostname -s)
cat > "$work/slurm.conf" <<CONF
ClusterName=rcusim
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
# Slurm lets a requeued part wait until the credential of its first start has ended.
AuthInfo=cred_expire=3
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
SlurmdTimeout=30
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[16818-16819] CPUs=2 RealMemory=1000
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
mkdir -p "$work/state" "$work/spool-n1" "$work/spool-n2"
export SLURM_CONF=$work/slurm.conf
slurmctld -f "$SLURM_CONF" -c
slurmd -f "$SLURM_CONF" -N n1
slurmd -f "$SLURM_CONF" -N n2
for _ in $(seq 100); do [ "$(sinfo -h -N -t idle 2>/dev/null | wc -l)" = 2 ] && break; sleep 0.2; done
[ "$(sinfo -h -N -t idle | wc -l)" = 2 ] || fail "the nodes did not come up: $(sinfo -h -N)"

cp "$here/../sweep.toml" "$here/sweep.sbatch" "$work"
cd "$work"
"$rcusim" sweep --grid sweep.toml --shard 1/1 --export-csv whole.csv --export-jsonl whole.jsonl

submit() {
  sbatch --parsable --array="$1" --output=/dev/null \
    --export="ALL,RCUSIM=$rcusim,SWEEP=sweep.toml,SHARDS=$shards,OUT=$work/parts" sweep.sbatch
}
# Parts that run now, by their process.
running() { pgrep -f -- "$rcusim sweep .*--out $work/parts" || true; }
# Waits until no part is queued or runs; squeue is polled, because sbatch --wait backs off for long.
settle() {
  for _ in $(seq 600); do [ -z "$(squeue -h -j "$1" 2>/dev/null)" ] && return; sleep 0.2; done
  fail "parts are still queued: $(squeue -h -r | head -5)"
}

job=$(submit "1-$shards")
requeued=0 killed=0
for _ in $(seq 3000); do
  if [ "$requeued" -lt 3 ]; then
    task=$(squeue -h -r -j "$job" -t RUNNING -o %i 2>/dev/null | head -1)
    [ -n "$task" ] && scontrol requeue "$task" 2>/dev/null && requeued=$((requeued + 1))
  elif [ "$killed" -lt 3 ]; then
    for pid in $(running | head -1); do kill -9 "$pid" 2>/dev/null && killed=$((killed + 1)); done
  else
    break
  fi
  sleep 0.05
done
[ "$requeued" = 3 ] && [ "$killed" = 3 ] || fail "only $requeued parts were requeued and $killed killed"
settle "$job"

missing=$("$rcusim" merge parts --missing) && fail "no part is missing though three were killed"
echo "requeued $requeued, killed $killed; missing: $missing"
if "$rcusim" merge parts --export-csv merged.csv 2>/dev/null; then fail "merged though parts are missing"; fi
settle "$(submit "$missing")"

"$rcusim" merge parts --export-csv merged.csv --export-jsonl merged.jsonl
for form in csv csv.schema.json jsonl; do cmp "whole.$form" "merged.$form"; done
echo "slurm test: $shards parts on two nodes, merged byte for byte"
