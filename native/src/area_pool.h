#pragma once

namespace flambeau {

/// Has libtorch's `adaptive_avg_pool2d` on CPU, and with it `interpolate` of mode 'area', take its
/// means in vectors; see Note [Means of areas].
void installAreaPool();

}  // namespace flambeau
