# For .ci/two-commands, .ci/gateway-topology and .ci/ended-administrator, which source it: servers in process groups of
# their own, and the lines of a document that are pasted into a shell. Each begins in an empty folder. The folder and
# all running processes are removed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# How long a server may take to answer: npm and building are part of it. Milliseconds.
readonly READY_MS=180000

folder=$(mktemp -d)
groups=()
trap 'for group in "${groups[@]}"; do kill -KILL -- "-$group" 2>/dev/null || true; done; rm -rf "$folder"' EXIT

milliseconds() { date +%s%3N; }

# free_port <count>: the first of so many ports in a row that nobody has.
free_port() {
  node -e '
    const { createServer } = require("net");
    const listen = (port) => new Promise((ok, no) => { const s = createServer().once("error", no).listen(port, "127.0.0.1", () => ok(s)); });
    (async () => {
      for (let tries = 0; tries < 50; tries += 1) {
        const first = await listen(0), { port } = first.address();
        const others = await Promise.allSettled(Array.from({ length: process.argv[1] - 1 }, (_, at) => listen(port + 1 + at)));
        for (const server of [first, ...others.map(({ value }) => value)]) server?.close();
        if (others.every(({ status }) => status === "fulfilled")) return console.log(port);
      }
      process.exit(1);
    })();' "$1"
}

# begin <name> <command...>: in a process group of its own, as a terminal would have it. Its id is the last of `groups`.
begin() {
  local name=$1
  shift
  setsid "$@" >"$folder/$name.log" 2>&1 &
  groups+=($!)
}

# wait_for <what> <command...>: until the command succeeds, or the last server that began has ended.
wait_for() {
  local what=$1 began
  shift
  began=$(milliseconds)
  until "$@" 2>/dev/null; do
    kill -0 "${groups[-1]}" 2>/dev/null || fail "It ended before $what."
    (($(milliseconds) - began < READY_MS)) || fail "It takes too long: $what."
    sleep 0.1
  done
}

answers() { curl -sf -o /dev/null "$1"; }

# end <position in `groups`>: asks one to stop, and wants it to end with 0.
end() {
  local group=${groups[$1]}
  kill -TERM -- "-$group"
  wait "$group" || fail "It ended with $?."
}

# nobody_at <url>: what has stopped listens no longer.
nobody_at() { if curl -s -o /dev/null "$1"; then fail "Something still listens."; fi; }

# printed <name>: what the first start wrote down under that name.
printed() { sed -nE "s/^ *$1 +//p" "$folder/credentials"; }

# walk <document> <name of the block> <first port> <pattern that must be printed...>: runs the block, as it is pasted, with
# this server's ports for those of the document.
walk() {
  local document=$1 block=$2 port=$3 pattern
  shift 3
  sed -n "/<!-- $block:begin -->/,/<!-- $block:end -->/p" "$document" | sed '/^```/d; /^<!--/d' |
    sed "s|localhost:3000|localhost:$port|; s|127.0.0.1:3001|127.0.0.1:$((port + 1))|; s|127.0.0.1:3002|127.0.0.1:$((port + 2))|" \
      >"$folder/$block"
  [[ -s $folder/$block ]] || fail "$document has no block $block."
  bash -euo pipefail "$folder/$block" | tee "$folder/$block.walked"
  for pattern in "$@"; do
    grep -qiE "$pattern" "$folder/$block.walked" || fail "The walk through $block of $document did not print: $pattern"
  done
}

fail() {
  tail -n 50 "$folder"/*.log >&2 || true
  echo "$1" >&2
  exit 1
}
