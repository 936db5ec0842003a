#include "anomaly.h"

#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>

#include "environment.h"

namespace flambeau {

namespace {

using NodePtr = decltype(torch::autograd::Edge::function);

/// The environment whose JavaScript runs on this thread.
thread_local Environment* current = nullptr;

std::string javaScriptStack(Environment& environment) {
  napi_env env = environment.env;
  const Napi::HandleScope scope(env);
  napi_value tracer = nullptr;
  napi_get_reference_value(env, environment.stackTracer, &tracer);
  return Napi::Function(env, tracer).Call({}).ToString();
}

/// Remembers where in JavaScript a node was made, for when its backward goes wrong.
class JsAnomalyMetadata final : public torch::autograd::AnomalyMetadata {
 public:
  void store_stack() override {
    if (current != nullptr && current->stackTracer != nullptr) stack_ = javaScriptStack(*current);
  }

  void print_stack(const std::string& nodeName) override {
    if (current == nullptr) return;
    std::string message = "Error detected in " + nodeName + ". It was made " +
                          (stack_.empty() ? "while anomalies were not traced" : "by:\n" + stack_);
    if (parent_) message += "\nin the backward of " + parent_->name();
    current->warnings.add(std::move(message), "TorchWarning");
  }

  void assign_parent(const NodePtr& parent) override { parent_ = parent; }

 private:
  std::string stack_;
  NodePtr parent_;
};

/// libtorch's engine, but anomalies are traced in JavaScript.
class JsEngine final : public torch::autograd::Engine {
 public:
  std::unique_ptr<torch::autograd::AnomalyMetadata> make_anomaly_metadata() override {
    return std::make_unique<JsAnomalyMetadata>();
  }

  static torch::autograd::Engine& instance() {
    // Never destroyed: its threads may outlive every environment.
    static auto* engine = new JsEngine();
    return *engine;
  }
};

}  // namespace

void traceAnomaliesIn(Environment* environment) {
  torch::autograd::set_default_engine_stub(&JsEngine::instance);
  current = environment;
}

}  // namespace flambeau
