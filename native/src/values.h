#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <napi.h>

#include <string>
#include <vector>

#include "errors.h"
#include "handles.h"

namespace flambeau {

struct Environment;

// JavaScript values to C++ ones and back, in the wire forms of binding.ts.

napi_valuetype typeOf(napi_env env, napi_value value);
bool isNullish(napi_env env, napi_value value);
/// 'undefined', 'a string', "'abc'", for messages.
std::string describeValue(napi_env env, napi_value value);

Handle handleFrom(napi_env env, napi_value value);
napi_value handleTo(napi_env env, Handle handle);
bool booleanFrom(napi_env env, napi_value value);
double numberFrom(napi_env env, napi_value value);
/// A whole number or a BigInt within 64 bits.
int64_t integerFrom(napi_env env, napi_value value);
/// A number where it is exact, else a BigInt.
napi_value integerTo(napi_env env, int64_t value);
std::string textFrom(napi_env env, napi_value value);
napi_value textTo(napi_env env, const std::string& value);
c10::Scalar scalarFrom(napi_env env, napi_value value);
napi_value scalarTo(napi_env env, const c10::Scalar& value);
c10::Device deviceFrom(napi_env env, napi_value value);
c10::Stream streamFrom(napi_env env, napi_value value);
napi_value streamTo(napi_env env, const c10::Stream& stream);
at::Generator generatorFrom(napi_env env, napi_value value);
napi_value generatorTo(napi_env env, at::Generator generator);

/// The tensor behind a handle; refuses one whose JavaScript buffer was taken away.
at::Tensor& checkedTensor(Environment& environment, Handle handle);

/// The tensors behind an array of handles; null stands for an undefined one.
std::vector<at::Tensor> tensorsFrom(Environment& environment, napi_value handles);

uint32_t arrayLength(napi_env env, napi_value value);

template <typename Visit>
void forEachElement(napi_env env, napi_value array, Visit visit) {
  const uint32_t length = arrayLength(env, array);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    napi_get_element(env, array, i, &element);
    visit(element);
  }
}

/// What a schema's argument or return type is on the wire.
enum class Kind {
  Tensor,
  Scalar,
  /// A Scalar that becomes a tensor without dimensions, whose dtype yields to other ones.
  Number,
  Int,
  Float,
  Bool,
  Text,
  ScalarType,
  Layout,
  MemoryFormat,
  Device,
  Generator,
  Stream,
  /// On the wire, a tensor whose storage is meant.
  Storage,
  Unsupported,
};

struct WireType {
  Kind kind = Kind::Unsupported;
  bool list = false;
  bool optional = false;
  bool optionalElements = false;
  /// Length of a sized list, `int[2]`; a single value stands for that many.
  int64_t size = 0;
};

WireType wireTypeOf(const c10::Type& type, std::optional<int32_t> size);

/// A value other than undefined as `type` wants it.
c10::IValue fromJs(Environment& environment, const WireType& type, napi_value value);
napi_value toJs(Environment& environment, const c10::IValue& value);

}  // namespace flambeau
