#include <limits>

#include "allocator.h"
#include "environment.h"

namespace flambeau {

namespace {

int64_t bytesArgument(const Arguments& args) {
  const double bytes = args[0].IsNumber() ? args[0].As<Napi::Number>().DoubleValue() : -1;
  if (!(bytes >= 0)) throw BindingError("type", "expected a number of bytes");
  constexpr double most = 9e18;
  return bytes > most ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(bytes);
}

Napi::Value memoryStats(const Arguments& args) {
  const CpuAllocator::Stats stats = CpuAllocator::instance().stats();
  Napi::Object result = Napi::Object::New(args.env());
  result.Set("allocated", static_cast<double>(stats.allocated));
  result.Set("reserved", static_cast<double>(stats.reserved));
  result.Set("peakAllocated", static_cast<double>(stats.peakAllocated));
  result.Set("allocations", static_cast<double>(stats.allocations));
  result.Set("cacheHits", static_cast<double>(stats.cacheHits));
  result.Set("limit", stats.limit == std::numeric_limits<int64_t>::max()
                          ? std::numeric_limits<double>::infinity()
                          : static_cast<double>(stats.limit));
  return result;
}

Napi::Value setMemoryLimit(const Arguments& args) {
  CpuAllocator::instance().setLimit(bytesArgument(args));
  return args.env().Undefined();
}

Napi::Value setCacheLimit(const Arguments& args) {
  CpuAllocator::instance().setCacheLimit(bytesArgument(args));
  return args.env().Undefined();
}

Napi::Value emptyCache(const Arguments& args) {
  CpuAllocator::instance().emptyCache();
  return args.env().Undefined();
}

Napi::Value resetPeakMemoryStats(const Arguments& args) {
  CpuAllocator::instance().resetPeak();
  return args.env().Undefined();
}

}  // namespace

void defineMemory(Napi::Object exports) {
  define<memoryStats>(exports, "memoryStats");
  define<setMemoryLimit>(exports, "setMemoryLimit");
  define<setCacheLimit>(exports, "setCacheLimit");
  define<emptyCache>(exports, "emptyCache");
  define<resetPeakMemoryStats>(exports, "resetPeakMemoryStats");
}

}  // namespace flambeau
