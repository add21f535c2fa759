#!/bin/sh
# A call that would load the machine's own NSS modules does not get into the binary: the link fails.
set -eu
cd "$(dirname "$0")/../.."
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/applets"
cp CMakeLists.txt "$tree"
cp applets/no_iostream.cc applets/start_order.ld "$tree/applets"
build() {
  printf '%s\n' "$1" >"$tree/applets/main.cc"
  cmake -S "$tree" -B "$tree/build" -G Ninja --log-level=WARNING >"$tree/log" 2>&1 &&
    cmake --build "$tree/build" --target keelson >"$tree/log" 2>&1
}

build 'int main() { return 0; }' || { cat "$tree/log"; echo "a plain program does not link"; exit 1; }
for call in 'pwd.h getpwnam("x")' 'netdb.h getservbyname("x",nullptr)' \
    'netdb.h getaddrinfo("x",nullptr,nullptr,nullptr)' 'dlfcn.h dlopen("x",1)'; do
  header=${call%% *}
  function=${call#* }
  name=${function%%(*}
  source="#include <$header>
#include <sys/types.h>
int main() { auto answer = $function; return answer ? 1 : 0; }"
  if build "$source"; then
    echo "$name was linked"
    exit 1
  fi
  grep -q "Using '$name' in statically linked applications" "$tree/log" ||
    { cat "$tree/log"; echo "$name: failed for another reason"; exit 1; }
done
