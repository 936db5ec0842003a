#pragma once

namespace flambeau {

struct Environment;

/// Lets anomaly mode report the JavaScript stack of the environment on this thread; null for none.
void traceAnomaliesIn(Environment* environment);

}  // namespace flambeau
