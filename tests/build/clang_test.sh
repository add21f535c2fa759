#!/bin/sh
# The other compiler and the other C++ library take every file of the product: clang 14 and libc++.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-$PWD/build}/clang
[ -f "$build/build.ninja" ] || cmake -S . -B "$build" -G Ninja --log-level=WARNING \
  -DKEELSON_BUILD=check -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_FLAGS=-stdlib=libc++
cmake --build "$build" -j 1 --target check
