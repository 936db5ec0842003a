#include "thread_generator.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>

// Note [A generator for each thread]
// libtorch's default generator belongs to the process: a thread that seeds it changes what all the
// others draw. A thread that reads data must neither do that nor depend on them. Every operator
// that draws ends in one with an argument `Generator? generator`, so in a thread with a generator
// of its own, that argument is filled in on the way through the dispatcher. For that a dispatch key
// is switched on in the thread, for which only those operators have a kernel; at all others it is
// passed over at no cost. libtorch keeps TESTING_ONLY_GenericMode for modes of this kind, and uses
// it only in its own tests.

namespace flambeau {

namespace {

constexpr c10::DispatchKey kMode = c10::DispatchKey::TESTING_ONLY_GenericMode;

thread_local std::optional<at::Generator> threadGenerator;

bool isGenerator(const c10::Argument& argument) {
  const auto optional = argument.type()->cast<c10::OptionalType>();
  return optional && optional->getElementType()->kind() == c10::TypeKind::GeneratorType;
}

void drawFromThreadGenerator(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                             torch::jit::Stack* stack) {
  if (threadGenerator && keys.has_backend(c10::BackendComponent::CPUBit)) {
    const auto& arguments = op.schema().arguments();
    const size_t first = stack->size() - arguments.size();
    for (size_t i = 0; i < arguments.size(); ++i) {
      c10::IValue& value = (*stack)[first + i];
      if (value.isNone() && isGenerator(arguments[i])) value = *threadGenerator;
    }
  }
  op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, kMode), stack);
}

void registerKernels() {
  static torch::Library others(torch::Library::IMPL, "_", kMode, __FILE__, __LINE__);
  others.fallback(torch::CppFunction::makeFallthrough());
  static torch::Library drawing(torch::Library::IMPL, "aten", kMode, __FILE__, __LINE__);
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (name.name.rfind("aten::", 0) != 0) continue;
    const auto op = c10::Dispatcher::singleton().findSchema(name);
    if (!op) continue;
    const auto& arguments = op->schema().arguments();
    if (std::none_of(arguments.begin(), arguments.end(), isGenerator)) continue;
    const std::string key = name.overload_name.empty() ? name.name
                                                       : name.name + "." + name.overload_name;
    drawing.impl(key.c_str(),
                 torch::CppFunction::makeFromBoxedFunction<&drawFromThreadGenerator>());
  }
}

}  // namespace

at::Generator defaultCpuGenerator() {
  return threadGenerator ? *threadGenerator : at::globalContext().defaultGenerator(at::kCPU);
}

bool hasThreadGenerator() { return threadGenerator.has_value(); }

void useThreadGenerator() {
  if (threadGenerator) return;
  static std::once_flag registered;
  std::call_once(registered, registerKernels);
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU).clone();
  generator.set_current_seed(c10::detail::getNonDeterministicRandom());
  threadGenerator = std::move(generator);
  c10::impl::tls_set_dispatch_key_included(kMode, true);
}

}  // namespace flambeau
