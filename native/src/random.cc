#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include "environment.h"
#include "thread_generator.h"
#include "values.h"

namespace flambeau {

namespace {

c10::Device deviceArgument(const Arguments& args, size_t i) {
  return deviceFrom(args.env(), args[i]);
}

std::unique_lock<std::mutex> lock(at::Generator& generator) {
  return std::unique_lock<std::mutex>(generator.mutex());
}

uint64_t seedArgument(const Arguments& args, size_t i) {
  bool fits = false;
  uint64_t seed = 0;
  if (args[i].IsBigInt()) seed = args[i].As<Napi::BigInt>().Uint64Value(&fits);
  if (!fits) {
    throw BindingError("type", "expected a BigInt from 0 to 2^64 - 1, got " +
                                   describeValue(args.env(), args[i]));
  }
  return seed;
}

Napi::Value manualSeed(const Arguments& args) {
  const uint64_t seed = seedArgument(args, 0);
  if (hasThreadGenerator()) {
    defaultCpuGenerator().set_current_seed(seed);
  } else {
    at::manual_seed(seed);
  }
  return args.env().Undefined();
}

Napi::Value initialSeed(const Arguments& args) {
  return Napi::BigInt::New(args.env(), defaultCpuGenerator().current_seed());
}

Napi::Value defaultGenerator(const Arguments& args) {
  const c10::Device device = deviceArgument(args, 0);
  at::Generator generator = device.is_cpu() ? defaultCpuGenerator()
                                            : at::globalContext().defaultGenerator(device);
  return Napi::Value(args.env(), generatorTo(args.env(), std::move(generator)));
}

Napi::Value giveThreadGenerator(const Arguments& args) {
  useThreadGenerator();
  return args.env().Undefined();
}

Napi::Value createGenerator(const Arguments& args) {
  const c10::Device device = deviceArgument(args, 0);
  at::Generator generator =
      device.is_cpu() ? defaultCpuGenerator().clone()
                      : at::globalContext().getAcceleratorHooksInterface(device.type())
                            .getNewGenerator(device.index());
  generator.set_current_seed(c10::detail::getNonDeterministicRandom());
  return Napi::Value(args.env(), generatorTo(args.env(), std::move(generator)));
}

Napi::Value generatorSeed(const Arguments& args) {
  return Napi::BigInt::New(args.env(), generatorFrom(args.env(), args[0]).current_seed());
}

Napi::Value generatorManualSeed(const Arguments& args) {
  at::Generator generator = generatorFrom(args.env(), args[0]);
  const auto guard = lock(generator);
  generator.set_current_seed(seedArgument(args, 1));
  return args.env().Undefined();
}

Napi::Value generatorState(const Arguments& args) {
  at::Generator generator = generatorFrom(args.env(), args[0]);
  const auto guard = lock(generator);
  return args.wrap(generator.get_state());
}

Napi::Value generatorSetState(const Arguments& args) {
  at::Generator generator = generatorFrom(args.env(), args[0]);
  const auto guard = lock(generator);
  generator.set_state(args.tensor(1));
  return args.env().Undefined();
}

Napi::Value generatorDevice(const Arguments& args) {
  return Napi::String::New(args.env(), generatorFrom(args.env(), args[0]).device().str());
}

}  // namespace

void defineRandom(Napi::Object exports) {
  define<manualSeed>(exports, "manualSeed");
  define<initialSeed>(exports, "initialSeed");
  define<defaultGenerator>(exports, "defaultGenerator");
  define<giveThreadGenerator>(exports, "useThreadGenerator");
  define<createGenerator>(exports, "createGenerator");
  define<generatorSeed>(exports, "generatorSeed");
  define<generatorManualSeed>(exports, "generatorManualSeed");
  define<generatorState>(exports, "generatorState");
  define<generatorSetState>(exports, "generatorSetState");
  define<generatorDevice>(exports, "generatorDevice");
}

}  // namespace flambeau
