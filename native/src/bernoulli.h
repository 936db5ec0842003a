#pragma once

namespace flambeau {

/// Has libtorch's `bernoulli_` on CPU, and with it every dropout, draw the same numbers faster; see
/// Note [Drawing for dropout].
void installBernoulli();

}  // namespace flambeau
