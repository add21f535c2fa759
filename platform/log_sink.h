// Where a program's log lines go.
#ifndef KEELSON_PLATFORM_LOG_SINK_H_
#define KEELSON_PLATFORM_LOG_SINK_H_

#include "core/log.h"

namespace keelson {

// "NAME: line" on stderr, one write(2) each. It never waits: while a pipe is full lines are lost,
// and their number is told before the next one that is not. A line is cut after some 4,000 bytes.
// REQUIRES: name outlives the program. One sink, whose name is that of the last call.
LogSink* StderrSink(const char* name);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LOG_SINK_H_
