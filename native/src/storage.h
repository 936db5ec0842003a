#pragma once

#include "environment.h"

namespace flambeau {

/// Throws 'bufferDetached' when the tensor shares memory with a JavaScript buffer that this
/// environment owned and that has since been transferred away.
void refuseDetachedBuffer(Environment& environment, const at::Tensor& tensor);

/// Whether the tensor's memory belongs to a JavaScript buffer.
bool isBorrowed(const at::Tensor& tensor);

}  // namespace flambeau
