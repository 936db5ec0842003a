#pragma once

#include <c10/util/Exception.h>
#include <torch/library.h>

#include <utility>

// Compiled for several instruction sets, of which the widest that the machine has is taken. The
// choice is made while the addon is being loaded, before a sanitizer is ready for it.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define FLAMBEAU_VECTORIZED \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FLAMBEAU_VECTORIZED
#endif
#ifdef _MSC_VER
#define FLAMBEAU_INLINE __forceinline
#else
#define FLAMBEAU_INLINE inline __attribute__((always_inline))
#endif

namespace flambeau {

/// Has `kernel` take the place of libtorch's for an operator of aten on CPU, which libtorch warns of.
template <typename Kernel>
void overrideCpuKernel(torch::Library& library, const char* name, Kernel&& kernel) {
  struct Silence final : c10::WarningHandler {
    void process(const c10::Warning&) override {}
  } silence;
  const c10::WarningUtils::WarningHandlerGuard guard(&silence);
  library.impl(name, std::forward<Kernel>(kernel));
}

}  // namespace flambeau
