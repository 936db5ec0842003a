#include <ATen/ThreadLocalState.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>

#include "environment.h"
#include "js_callback.h"
#include "values.h"

namespace flambeau {

namespace {

using torch::autograd::variable_list;

// Note [Hooks on the JavaScript thread]
// On the CPU the engine works on the thread that called backward, and a hook is an ordinary call.
// On a GPU it works on threads of its own, which may not touch JavaScript. Where a hook or custom
// function exists, backward then runs on a helper thread, and this one serves the calls that
// arrive through the mailbox until it has ended.
template <typename Work>
void runEngine(const Arguments& args, const variable_list& outputs, Work work) {
  const bool ownThreads =
      std::any_of(outputs.begin(), outputs.end(), [](const at::Tensor& output) {
        return output.defined() && !output.is_cpu();
      });
  if (!ownThreads || args.environment.callbacks->load() == 0) {
    work();
    return;
  }
  std::exception_ptr failure;
  const at::ThreadLocalState state;
  args.environment.mailbox->serveWhile([&] {
    const at::ThreadLocalStateGuard guard(state);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

Napi::Value backward(const Arguments& args) {
  const variable_list outputs = args.tensors(0);
  const variable_list gradOutputs = args.tensors(1);
  const bool retainGraph = args.boolean(2);
  const bool createGraph = args.boolean(3);
  const variable_list inputs =
      isNullish(args.env(), args[4]) ? variable_list() : args.tensors(4);
  runEngine(args, outputs, [&] {
    torch::autograd::backward(outputs, gradOutputs, retainGraph, createGraph, inputs);
  });
  return args.env().Undefined();
}

Napi::Value gradients(const Arguments& args) {
  const variable_list outputs = args.tensors(0);
  const variable_list inputs = args.tensors(1);
  const variable_list gradOutputs = args.tensors(2);
  variable_list result;
  runEngine(args, outputs, [&] {
    result = torch::autograd::grad(outputs, inputs, gradOutputs, args.boolean(3), args.boolean(4),
                                   args.boolean(5));
  });
  Napi::Array handles = Napi::Array::New(args.env(), result.size());
  for (size_t i = 0; i < result.size(); ++i) handles.Set(i, args.wrap(result[i]));
  return handles;
}

Napi::Value isGradEnabled(const Arguments& args) {
  return Napi::Boolean::New(args.env(), at::GradMode::is_enabled());
}

Napi::Value setGradEnabled(const Arguments& args) {
  at::GradMode::set_enabled(args.boolean(0));
  return args.env().Undefined();
}

Napi::Value inferenceModeBegin(const Arguments& args) {
  args.environment.inferenceModes.push_back(std::make_unique<c10::InferenceMode>(true));
  return args.env().Undefined();
}

Napi::Value inferenceModeEnd(const Arguments& args) {
  if (args.environment.inferenceModes.empty()) {
    throw BindingError("value", "inferenceModeEnd without inferenceModeBegin");
  }
  args.environment.inferenceModes.pop_back();
  return args.env().Undefined();
}

Napi::Value isInferenceMode(const Arguments& args) {
  return Napi::Boolean::New(args.env(), c10::InferenceMode::is_enabled());
}

Napi::Value setAnomalyMode(const Arguments& args) {
  torch::autograd::AnomalyMode::set_enabled(args.boolean(0), args.boolean(1));
  return args.env().Undefined();
}

Napi::Value isAnomalyEnabled(const Arguments& args) {
  return Napi::Boolean::New(args.env(), torch::autograd::AnomalyMode::is_enabled());
}

/// The gradient that a hook wants instead of `gradient`; undefined to keep it.
at::Tensor callGradHook(const JsCallback& hook, const at::Tensor& gradient) {
  at::Tensor replacement;
  hook.call([&](Environment& environment, const Napi::Function& function) {
    napi_env env = environment.env;
    const Handle handle = environment.tensors.insert(gradient);
    const Napi::Value result = function.Call({Napi::Value(env, handleTo(env, handle))});
    if (!isNullish(env, result)) {
      replacement = checkedTensor(environment, handleFrom(env, result));
    }
  });
  return replacement;
}

Napi::Value registerHook(const Arguments& args) {
  const JsCallback hook(args.environment, args.function(1));
  const unsigned id = args.tensor(0).register_hook(
      [hook](const at::Tensor& gradient) { return callGradHook(hook, gradient); });
  return Napi::Number::New(args.env(), id);
}

Napi::Value removeHook(const Arguments& args) {
  args.tensor(0).remove_hook(static_cast<unsigned>(args.integer(1)));
  return args.env().Undefined();
}

/// The hooks of one leaf, since libtorch has room for one; called in the order of their numbers.
struct PostAccumulateHooks final : torch::autograd::PostAccumulateGradHook {
  void operator()(const torch::autograd::Variable&) override {
    const std::map<int64_t, JsCallback> present = callbacks;
    for (const auto& [id, callback] : present) {
      callback.call([](Environment&, const Napi::Function& function) { function.Call({}); });
    }
  }
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs&) const override {}
  void apply_with_saved(torch::autograd::Variable&,
                        torch::dynamo::autograd::SwapSavedVariables&) override {}
  std::map<int64_t, JsCallback> callbacks;
  int64_t next = 0;
};

PostAccumulateHooks* postAccumulateHooks(const at::Tensor& leaf) {
  return static_cast<PostAccumulateHooks*>(torch::autograd::impl::post_acc_grad_hooks(leaf).get());
}

Napi::Value registerPostAccumulateGradHook(const Arguments& args) {
  const at::Tensor& leaf = args.tensor(0);
  const JsCallback callback(args.environment, args.function(1));
  if (postAccumulateHooks(leaf) == nullptr) {
    torch::autograd::impl::set_post_acc_grad_hooks(leaf, std::make_unique<PostAccumulateHooks>());
  }
  PostAccumulateHooks& hooks = *postAccumulateHooks(leaf);
  hooks.callbacks.emplace(hooks.next, callback);
  return Napi::Number::New(args.env(), static_cast<double>(hooks.next++));
}

Napi::Value removePostAccumulateGradHook(const Arguments& args) {
  PostAccumulateHooks* hooks = postAccumulateHooks(args.tensor(0));
  if (hooks != nullptr) hooks->callbacks.erase(args.integer(1));
  return args.env().Undefined();
}

}  // namespace

void defineCustomFunction(Napi::Object exports);

void defineAutograd(Napi::Object exports) {
  define<backward>(exports, "backward");
  define<gradients>(exports, "gradients");
  define<isGradEnabled>(exports, "isGradEnabled");
  define<setGradEnabled>(exports, "setGradEnabled");
  define<inferenceModeBegin>(exports, "inferenceModeBegin");
  define<inferenceModeEnd>(exports, "inferenceModeEnd");
  define<isInferenceMode>(exports, "isInferenceMode");
  define<setAnomalyMode>(exports, "setAnomalyMode");
  define<isAnomalyEnabled>(exports, "isAnomalyEnabled");
  define<registerHook>(exports, "registerHook");
  define<removeHook>(exports, "removeHook");
  define<registerPostAccumulateGradHook>(exports, "registerPostAccumulateGradHook");
  define<removePostAccumulateGradHook>(exports, "removePostAccumulateGradHook");
  defineCustomFunction(exports);
}

}  // namespace flambeau
