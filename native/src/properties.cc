#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/variable.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

namespace {

Napi::Value integersTo(napi_env env, at::IntArrayRef values) {
  napi_value result = nullptr;
  napi_create_array_with_length(env, values.size(), &result);
  for (size_t i = 0; i < values.size(); ++i) {
    napi_set_element(env, result, i, integerTo(env, values[i]));
  }
  return Napi::Value(env, result);
}

Napi::Value integer(const Arguments& args, int64_t value) {
  return Napi::Value(args.env(), integerTo(args.env(), value));
}

Napi::Value shape(const Arguments& args) {
  return integersTo(args.env(), args.tensor(0).sizes());
}

Napi::Value strides(const Arguments& args) {
  return integersTo(args.env(), args.tensor(0).strides());
}

Napi::Value storageOffset(const Arguments& args) {
  return integer(args, args.tensor(0).storage_offset());
}

Napi::Value dataPtr(const Arguments& args) {
  return Napi::BigInt::New(
      args.env(), static_cast<uint64_t>(reinterpret_cast<uintptr_t>(args.tensor(0).const_data_ptr())));
}

Napi::Value storageBytes(const Arguments& args) {
  const at::Tensor& tensor = args.tensor(0);
  return integer(args, tensor.has_storage() ? static_cast<int64_t>(tensor.storage().nbytes()) : 0);
}

Napi::Value dtype(const Arguments& args) {
  return integer(args, static_cast<int64_t>(args.tensor(0).scalar_type()));
}

Napi::Value device(const Arguments& args) {
  return Napi::String::New(args.env(), args.tensor(0).device().str());
}

Napi::Value layout(const Arguments& args) {
  return integer(args, static_cast<int64_t>(args.tensor(0).layout()));
}

Napi::Value requiresGrad(const Arguments& args) {
  return Napi::Boolean::New(args.env(), args.tensor(0).requires_grad());
}

Napi::Value setRequiresGrad(const Arguments& args) {
  at::Tensor& tensor = args.tensor(0);
  const bool value = args.boolean(1);
  if (!tensor.is_leaf() && !value) {
    throw BindingError("value",
                       "requiresGrad can be switched off only on a leaf; use detach() instead");
  }
  if (value && !torch::autograd::isDifferentiableType(tensor.scalar_type())) {
    throw BindingError("dtype", "only floating point and complex tensors can require gradients");
  }
  if (tensor.is_leaf()) tensor.set_requires_grad(value);
  return args.env().Undefined();
}

Napi::Value isLeaf(const Arguments& args) {
  return Napi::Boolean::New(args.env(), args.tensor(0).is_leaf());
}

Napi::Value gradFnName(const Arguments& args) {
  const auto& node = args.tensor(0).grad_fn();
  if (!node) return args.env().Null();
  return Napi::String::New(args.env(), node->name());
}

Napi::Value grad(const Arguments& args) { return args.wrap(args.tensor(0).grad()); }

Napi::Value setGrad(const Arguments& args) {
  at::Tensor& tensor = args.tensor(0);
  if (isNullish(args.env(), args[1])) {
    tensor.mutable_grad().reset();
    return args.env().Undefined();
  }
  const at::Tensor& value = args.tensor(1);
  if (value.is_same(tensor)) throw BindingError("value", "a tensor cannot be its own gradient");
  if (value.sizes() != tensor.sizes()) {
    throw BindingError("shape", c10::str("a gradient of shape ", value.sizes(),
                                         " does not fit a tensor of shape ", tensor.sizes()));
  }
  if (value.scalar_type() != tensor.scalar_type()) {
    throw BindingError("dtype", c10::str("a gradient of dtype ", value.scalar_type(),
                                         " does not fit a tensor of dtype ",
                                         tensor.scalar_type()));
  }
  if (value.device() != tensor.device()) {
    throw BindingError("device", c10::str("a gradient on ", value.device(),
                                          " does not fit a tensor on ", tensor.device()));
  }
  tensor.mutable_grad() = value;
  return args.env().Undefined();
}

Napi::Value retainGrad(const Arguments& args) {
  args.tensor(0).retain_grad();
  return args.env().Undefined();
}

Napi::Value retainsGrad(const Arguments& args) {
  return Napi::Boolean::New(args.env(), args.tensor(0).retains_grad());
}

Napi::Value version(const Arguments& args) {
  return integer(args, args.tensor(0)._version());
}

Napi::Value setData(const Arguments& args) {
  args.tensor(0).set_data(args.tensor(1));
  return args.env().Undefined();
}

}  // namespace

void defineProperties(Napi::Object exports) {
  define<shape>(exports, "shape");
  define<strides>(exports, "strides");
  define<storageOffset>(exports, "storageOffset");
  define<dataPtr>(exports, "dataPtr");
  define<storageBytes>(exports, "storageBytes");
  define<dtype>(exports, "dtype");
  define<device>(exports, "device");
  define<layout>(exports, "layout");
  define<requiresGrad>(exports, "requiresGrad");
  define<setRequiresGrad>(exports, "setRequiresGrad");
  define<isLeaf>(exports, "isLeaf");
  define<gradFnName>(exports, "gradFnName");
  define<grad>(exports, "grad");
  define<setGrad>(exports, "setGrad");
  define<retainGrad>(exports, "retainGrad");
  define<retainsGrad>(exports, "retainsGrad");
  define<version>(exports, "version");
  define<setData>(exports, "setData");
}

}  // namespace flambeau
