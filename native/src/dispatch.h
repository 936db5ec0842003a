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
  Operator(Environment& environment, c10::OperatorHandle handle);

  Environment& environment;
  c10::OperatorHandle handle;
  std::vector<ArgumentPlan> arguments;
  /// For each return, whether it only repeats an argument that was written to.
  std::vector<bool> aliasesArgument;
  /// The direct call for the commonest signatures, or null. See unboxed.cc.
  UnboxedCall unboxed = nullptr;

  /// `value`, or the schema's default for undefined.
  c10::IValue argument(size_t i, napi_value value) const;
};

/// The direct call for the operator's signature, where there is one.
UnboxedCall unboxedCallFor(const Operator& op);

}  // namespace flambeau
