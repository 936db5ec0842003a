#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/DefaultDtype.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

namespace {

Napi::Value defaultDtype(const Arguments& args) {
  return Napi::Number::New(args.env(),
                           static_cast<int>(c10::get_default_dtype_as_scalartype()));
}

Napi::Value setDefaultDtype(const Arguments& args) {
  const auto dtype = static_cast<at::ScalarType>(args.integer(0));
  if (!at::isFloatingType(dtype)) {
    throw BindingError("dtype", c10::str("the default dtype must be a floating point type, not ",
                                         dtype));
  }
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(dtype));
  return args.env().Undefined();
}

Napi::Value numThreads(const Arguments& args) {
  return Napi::Number::New(args.env(), at::get_num_threads());
}

Napi::Value setNumThreads(const Arguments& args) {
  const int64_t count = args.integer(0);
  if (count < 1) throw BindingError("value", "expected at least one thread");
  at::set_num_threads(static_cast<int>(count));
  return args.env().Undefined();
}

Napi::Value setDeterministicAlgorithms(const Arguments& args) {
  at::globalContext().setDeterministicAlgorithms(args.boolean(0), args.boolean(1));
  return args.env().Undefined();
}

}  // namespace

void defineConfiguration(Napi::Object exports) {
  define<defaultDtype>(exports, "defaultDtype");
  define<setDefaultDtype>(exports, "setDefaultDtype");
  define<numThreads>(exports, "numThreads");
  define<setNumThreads>(exports, "setNumThreads");
  define<setDeterministicAlgorithms>(exports, "setDeterministicAlgorithms");
}

}  // namespace flambeau
