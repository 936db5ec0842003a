#include <ATen/Functions.h>

#include <map>
#include <mutex>

#include "environment.h"
#include "storage.h"
#include "values.h"

namespace flambeau {

namespace {

Napi::Value track(const Arguments& args) {
  args.environment.tensors.track(args[0], handleFrom(args.env(), args[1]));
  return args.env().Undefined();
}

Napi::Value dispose(const Arguments& args) {
  return Napi::Boolean::New(args.env(),
                            args.environment.tensors.erase(handleFrom(args.env(), args[0])));
}

Napi::Value isAlive(const Arguments& args) {
  return Napi::Boolean::New(args.env(),
                            args.environment.tensors.alive(handleFrom(args.env(), args[0])));
}

Napi::Value alias(const Arguments& args) { return args.wrap(args.tensor(0)); }

Napi::Value isSame(const Arguments& args) {
  return Napi::Boolean::New(args.env(), args.tensor(0).is_same(args.tensor(1)));
}

Napi::Value scopeBegin(const Arguments& args) {
  args.environment.tensors.scopeBegin();
  return args.env().Undefined();
}

Napi::Value scopeEnd(const Arguments& args) {
  args.environment.tensors.scopeEnd(args.handles(0));
  return args.env().Undefined();
}

Napi::Value detachFromScopes(const Arguments& args) {
  args.environment.tensors.detachFromScopes(handleFrom(args.env(), args[0]));
  return args.env().Undefined();
}

// Note [Tensors in transit]
// A tensor on its way to another environment belongs to neither. The process keeps it here under
// its token until it is claimed, so the sender may end before the receiver looks.
std::mutex transitMutex;
std::map<int64_t, at::Tensor>& transit() {
  static auto* tensors = new std::map<int64_t, at::Tensor>();
  return *tensors;
}
int64_t lastToken = 0;

size_t inTransit() {
  const std::lock_guard<std::mutex> lock(transitMutex);
  return transit().size();
}

Napi::Value exportTensor(const Arguments& args) {
  const at::Tensor& tensor = args.tensor(0);
  if (tensor.requires_grad() && !tensor.is_leaf()) {
    throw BindingError("value",
                       "a tensor with history cannot move to another thread; detach() it first");
  }
  at::Tensor sent = isBorrowed(tensor) ? tensor.clone() : tensor.alias().detach();
  sent.set_requires_grad(tensor.requires_grad());
  const std::lock_guard<std::mutex> lock(transitMutex);
  transit().emplace(++lastToken, std::move(sent));
  return Napi::BigInt::New(args.env(), lastToken);
}

Napi::Value importTensor(const Arguments& args) {
  const int64_t token = args.integer(0);
  at::Tensor tensor;
  {
    const std::lock_guard<std::mutex> lock(transitMutex);
    const auto found = transit().find(token);
    if (found == transit().end()) {
      throw BindingError("value", "no tensor is on its way under this token; it is claimed once");
    }
    tensor = std::move(found->second);
    transit().erase(found);
  }
  return args.wrap(std::move(tensor));
}

Napi::Value liveTensors(const Arguments& args) {
  args.environment.tensors.collect();
  return Napi::Number::New(args.env(), static_cast<double>(args.environment.tensors.size()));
}

Napi::Value processLiveTensors(const Arguments& args) {
  args.environment.tensors.collect();
  return Napi::Number::New(
      args.env(), static_cast<double>(TensorTable::processSize()) + static_cast<double>(inTransit()));
}

}  // namespace

void defineTensors(Napi::Object exports) {
  define<track>(exports, "track");
  define<dispose>(exports, "dispose");
  define<isAlive>(exports, "isAlive");
  define<alias>(exports, "alias");
  define<isSame>(exports, "isSame");
  define<scopeBegin>(exports, "scopeBegin");
  define<scopeEnd>(exports, "scopeEnd");
  define<detachFromScopes>(exports, "detachFromScopes");
  define<exportTensor>(exports, "exportTensor");
  define<importTensor>(exports, "importTensor");
  define<liveTensors>(exports, "liveTensors");
  define<processLiveTensors>(exports, "processLiveTensors");
}

}  // namespace flambeau
