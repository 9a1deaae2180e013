# Sourced by the wrappers named pulumi-resource-*: what the engine starts must be a program of that name, while our plugins
# are TypeScript (in a clone) or compiled JavaScript (in the npm package). $root is what holds the code: the clone, or dist/.
#
#   launch <module without ending> <arguments of the engine>

launch() {
  module=$1
  shift
  if [ -f "$root/$module.ts" ]; then file=$root/$module.ts; else file=$root/$module.js; fi
  # The Node that came with the npm dependencies, wherever npm put it; the machine's may be too old.
  node=${TRESOR_NODE:-}
  at=$root
  while [ -z "$node" ] && [ -n "$at" ]; do
    if [ -x "$at/node_modules/.bin/node" ]; then node=$at/node_modules/.bin/node; fi
    at=${at%/*}
  done
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tresor/compile}
  export NODE_COMPILE_CACHE
  # exec: the engine stops the process that it started, and that must be the plugin itself.
  exec "${node:-node}" --stack-trace-limit=1 --disable-warning=ExperimentalWarning "$file" "$@"
}
