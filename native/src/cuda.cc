#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

// CUDA is reached only through libtorch's device-neutral interfaces, so that one build serves CPU
// and CUDA libraries and no CUDA header is needed.

namespace {

void requireCuda() {
  if (!at::hasCUDA()) {
    throw BindingError("device",
                       "CUDA is not available: this libtorch has no CUDA support, or no GPU was "
                       "found");
  }
}

c10::Device deviceArgument(const Arguments& args) {
  requireCuda();
  const int64_t index = args.integer(0);
  const int64_t count = at::detail::getCUDAHooks().deviceCount();
  if (index < -1 || index >= count) {
    throw BindingError("device", c10::str("there is no CUDA device ", index, "; found ", count));
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

c10::impl::VirtualGuardImpl guard() {
  requireCuda();
  return c10::impl::VirtualGuardImpl(c10::kCUDA);
}

c10::DeviceAllocator& allocator() {
  requireCuda();
  at::globalContext().lazyInitDevice(c10::kCUDA);
  return *dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(c10::kCUDA));
}

/// The device meant, with 'current' resolved.
c10::DeviceIndex indexOf(const c10::Device& device) {
  return device.has_index() ? device.index() : guard().getDevice().index();
}

Napi::Value cudaIsAvailable(const Arguments& args) {
  return Napi::Boolean::New(args.env(), at::hasCUDA() &&
                                            at::detail::getCUDAHooks().deviceCount() > 0);
}

Napi::Value cudaDeviceCount(const Arguments& args) {
  return Napi::Number::New(
      args.env(), at::hasCUDA() ? static_cast<double>(at::detail::getCUDAHooks().deviceCount())
                                : 0);
}

Napi::Value cudaSynchronize(const Arguments& args) {
  guard().synchronizeDevice(indexOf(deviceArgument(args)));
  return args.env().Undefined();
}

Napi::Value cudaMemoryStats(const Arguments& args) {
  const c10::Device device = deviceArgument(args);
  const auto stats = allocator().getDeviceStats(indexOf(device));
  const auto total = [](const auto& all) { return all[0]; };
  Napi::Object result = Napi::Object::New(args.env());
  result.Set("allocated", static_cast<double>(total(stats.allocated_bytes).current));
  result.Set("reserved", static_cast<double>(total(stats.reserved_bytes).current));
  result.Set("peakAllocated", static_cast<double>(total(stats.allocated_bytes).peak));
  result.Set("peakReserved", static_cast<double>(total(stats.reserved_bytes).peak));
  return result;
}

Napi::Value cudaEmptyCache(const Arguments& args) {
  allocator().emptyCache();
  return args.env().Undefined();
}

Napi::Value cudaResetPeakMemoryStats(const Arguments& args) {
  const c10::Device device = deviceArgument(args);
  allocator().resetPeakStats(indexOf(device));
  return args.env().Undefined();
}

Napi::Value stream(const Arguments& args, const c10::Stream& value) {
  return Napi::Value(args.env(), streamTo(args.env(), value));
}

Napi::Value cudaCurrentStream(const Arguments& args) {
  return stream(args, guard().getStream({c10::kCUDA, indexOf(deviceArgument(args))}));
}

Napi::Value cudaNewStream(const Arguments& args) {
  const c10::Device device(c10::kCUDA, indexOf(deviceArgument(args)));
  return stream(args, guard().getNewStream(device, args.boolean(1) ? -1 : 0));
}

Napi::Value cudaSetStream(const Arguments& args) {
  return stream(args, guard().exchangeStream(streamFrom(args.env(), args[0])));
}

Napi::Value cudaSynchronizeStream(const Arguments& args) {
  guard().synchronizeStream(streamFrom(args.env(), args[0]));
  return args.env().Undefined();
}

Napi::Value cudaQueryStream(const Arguments& args) {
  return Napi::Boolean::New(args.env(), guard().queryStream(streamFrom(args.env(), args[0])));
}

}  // namespace

void defineCuda(Napi::Object exports) {
  define<cudaIsAvailable>(exports, "cudaIsAvailable");
  define<cudaDeviceCount>(exports, "cudaDeviceCount");
  define<cudaSynchronize>(exports, "cudaSynchronize");
  define<cudaMemoryStats>(exports, "cudaMemoryStats");
  define<cudaEmptyCache>(exports, "cudaEmptyCache");
  define<cudaResetPeakMemoryStats>(exports, "cudaResetPeakMemoryStats");
  define<cudaCurrentStream>(exports, "cudaCurrentStream");
  define<cudaNewStream>(exports, "cudaNewStream");
  define<cudaSetStream>(exports, "cudaSetStream");
  define<cudaSynchronizeStream>(exports, "cudaSynchronizeStream");
  define<cudaQueryStream>(exports, "cudaQueryStream");
}

}  // namespace flambeau
