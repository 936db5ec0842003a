#pragma once

#include <ATen/core/ivalue.h>
#include <napi.h>
#include <torch/csrc/jit/api/object.h>

#include <vector>

#include "environment.h"

namespace flambeau {

// Values of TorchScript, which nest as deep as their types. On the wire a tensor is
// `{ tensor: Handle }` and a dictionary `{ entries: [[key, value], …] }`; the rest is as in
// binding.ts, with tuples as arrays.

/// The arguments of a method by its schema, without those that are left to their defaults.
std::vector<c10::IValue> scriptInputs(Environment& environment, const torch::jit::Method& method,
                                      napi_value values);

napi_value scriptValueTo(Environment& environment, const c10::IValue& value);

}  // namespace flambeau
