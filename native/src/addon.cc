#include <torch/version.h>

#include "allocator.h"
#include "area_pool.h"
#include "bernoulli.h"
#include "embedding_columns.h"
#include "environment.h"

namespace flambeau {

namespace {

/// Makes the function that was passed the one that `slot` of the environment refers to.
template <napi_ref Environment::* slot>
Napi::Value setFunction(const Arguments& args) {
  Environment& environment = args.environment;
  const Napi::Function function = args.function(0);
  if (environment.*slot != nullptr) napi_delete_reference(environment.env, environment.*slot);
  napi_create_reference(environment.env, function, 1, &(environment.*slot));
  return args.env().Undefined();
}

}  // namespace

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  CpuAllocator::install();
  installAreaPool();
  installBernoulli();
  installEmbeddingColumns();
  auto* environment = new Environment(env);
  napi_set_instance_data(
      env, environment,
      [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  exports.Set("libtorchVersion", TORCH_VERSION);
  define<setFunction<&Environment::errorFactory>>(exports, "setErrorFactory");
  define<setFunction<&Environment::stackTracer>>(exports, "setStackTracer");
  defineTensors(exports);
  defineDispatch(exports);
  defineStorage(exports);
  defineProperties(exports);
  defineIndexing(exports);
  defineAutograd(exports);
  defineAutocast(exports);
  defineRandom(exports);
  defineConfiguration(exports);
  defineMemory(exports);
  defineCuda(exports);
  defineScript(exports);
  return exports;
}

}  // namespace flambeau

static Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  return flambeau::initialize(env, exports);
}

NODE_API_MODULE(flambeau, Initialize)
