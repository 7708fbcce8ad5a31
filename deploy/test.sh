#!/usr/bin/env bash
# Runs what this folder offers for HyperQueue and checks what it offers for Kubernetes: the Job against
# Kubernetes' own schema, and its container's command for every index. Needs the network for two
# packages of PyPI (hyperqueue, kubernetes-validate); without them it fails, it does not skip.
#
# usage: deploy/test.sh PATH-OF-RCUSIM
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
RCUSIM=$(realpath "$1")
export RCUSIM
work=$(mktemp -d /tmp/rcusim-deploy.XXXXXX)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" || { apt-get update -qq; apt-get install -y -qq python3-venv >/dev/null; python3 -m venv --clear "$work/venv"; }
"$work/venv/bin/pip" install -q --disable-pip-version-check hyperqueue==0.27.0 kubernetes-validate==1.37.0
cd "$work"
cp "$here/sweep.toml" .
"$RCUSIM" sweep --grid sweep.toml --shard 1/1 --export-csv whole.csv

"$work/venv/bin/python" "$here/hyperqueue/sweep.py" sweep.toml 16 hq
"$RCUSIM" merge hq --export-csv hq.csv
cmp whole.csv hq.csv

"$work/venv/bin/kubernetes-validate" --strict "$here/kubernetes/sweep.yaml"
"$work/venv/bin/python" - "$here/kubernetes/sweep.yaml" <<'PY'
import os, subprocess, sys, yaml
spec = yaml.safe_load(open(sys.argv[1]))["spec"]
container = spec["template"]["spec"]["containers"][0]
env = {entry["name"]: entry["value"] for entry in container["env"]}
assert env["RCUSIM_SHARDS"] == str(spec["completions"]), "parts are as many as completions"
here = {"/config/sweep.toml": "sweep.toml", "/data/parts": "k8s"}
args = [here.get(arg, arg) for arg in container["args"]]
for index in range(spec["completions"]):
    own = {**os.environ, **env, "JOB_COMPLETION_INDEX": str(index)}
    subprocess.run([os.environ["RCUSIM"], *args], env=own, check=True, capture_output=True)
PY
"$RCUSIM" merge k8s --export-csv k8s.csv
cmp whole.csv k8s.csv
echo "deploy test: HyperQueue ran it, Kubernetes' schema takes it, byte for byte"
