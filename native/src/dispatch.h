#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

/// How one argument of an operator comes from JavaScript.
struct ArgumentPlan {
  WireType type;
  std::optional<c10::IValue> defaultValue;
};

struct Operator;
using UnboxedCall = napi_value (*)(Operator&, napi_value* values);

/// One ATen overload, looked up once and called often.
struct Operator {
  /// With `takesNumber` the second argument is a number that becomes a tensor.
  Operator(Environment& environment, c10::OperatorHandle handle, bool takesNumber);

  Environment& environment;
  c10::OperatorHandle handle;
  std::vector<ArgumentPlan> arguments;
  /// For each return, whether it only repeats an argument that was written to.
  std::vector<bool> aliasesArgument;
  /// The direct call for the commonest signatures, or null. See unboxed.cc.
  UnboxedCall unboxed = nullptr;
  /// What `unboxed` calls: a c10::TypedOperatorHandle, made once since making it checks types.
  std::shared_ptr<void> unboxedTarget;

  /// `value`, or the schema's default for undefined.
  c10::IValue argument(size_t i, napi_value value) const;
};

/// Sets `unboxed` where the operator has a signature with a direct call.
void findUnboxedCall(Operator& op);

}  // namespace flambeau
