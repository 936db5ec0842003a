#pragma once

#include <ATen/core/Generator.h>

namespace flambeau {

/// The CPU's default generator in this thread: the process's, or the thread's own.
at::Generator defaultCpuGenerator();

/// Whether this thread has one of its own.
bool hasThreadGenerator();

/// From now on this thread draws from a generator of its own. For threads that JavaScript runs in.
void useThreadGenerator();

}  // namespace flambeau
