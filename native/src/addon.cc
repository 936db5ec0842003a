#include <torch/version.h>

#include "allocator.h"
#include "environment.h"

namespace flambeau {

namespace {

Napi::Value setErrorFactory(const Arguments& args) {
  Environment& environment = args.environment;
  if (environment.errorFactory != nullptr) {
    napi_delete_reference(environment.env, environment.errorFactory);
  }
  napi_create_reference(environment.env, args.function(0), 1, &environment.errorFactory);
  return args.env().Undefined();
}

}  // namespace

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  CpuAllocator::install();
  auto* environment = new Environment(env);
  napi_set_instance_data(
      env, environment,
      [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  exports.Set("libtorchVersion", TORCH_VERSION);
  define<setErrorFactory>(exports, "setErrorFactory");
  defineTensors(exports);
  defineDispatch(exports);
  defineStorage(exports);
  defineProperties(exports);
  defineIndexing(exports);
  defineAutograd(exports);
  defineRandom(exports);
  defineConfiguration(exports);
  defineMemory(exports);
  defineCuda(exports);
  return exports;
}

}  // namespace flambeau

static Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  return flambeau::initialize(env, exports);
}

NODE_API_MODULE(flambeau, Initialize)
