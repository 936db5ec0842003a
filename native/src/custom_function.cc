#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/version.h>

#include <unordered_set>

#include "environment.h"
#include "js_callback.h"
#include "values.h"

namespace flambeau {

namespace {

using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

/// How libtorch counts references to nodes differs between its minors.
using NodePtr = decltype(torch::autograd::Edge::function);

template <typename T, typename... Args>
auto makeNode(Args&&... args) {
  if constexpr (std::is_same_v<NodePtr, std::shared_ptr<Node>>) {
    return std::shared_ptr<T>(new T(std::forward<Args>(args)...), [](T* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<T>(std::forward<Args>(args)...);
  }
}

/// The node of a custom function whose backward is written in JavaScript.
struct JsFunctionNode : Node {
  JsFunctionNode(std::string name, JsCallback backward)
      : name_(std::move(name)), backward_(std::move(backward)) {}

  std::string name() const override { return name_; }

  void save(const variable_list& tensors, const variable_list& outputs) {
    for (const at::Tensor& tensor : tensors) {
      const bool isOutput =
          tensor.defined() && std::any_of(outputs.begin(), outputs.end(), [&](const auto& output) {
            return output.is_same(tensor);
          });
      saved_.emplace_back(tensor, isOutput);
    }
  }

  void expectOutputs(const variable_list& outputs, bool materialize) {
    materialize_ = materialize;
    for (const at::Tensor& output : outputs) outputs_.emplace_back(output);
  }

  variable_list apply(variable_list&& grads) override {
    if (released_) {
      throw BindingError("torch",
                         "Trying to backward through the graph a second time: the tensors that " +
                             name_ + " saved are freed; pass retainGraph to keep them");
    }
    if (materialize_) {
      at::OptionalDeviceGuard guard;
      for (size_t i = 0; i < grads.size(); ++i) {
        if (!grads[i].defined()) grads[i] = outputs_[i].zeros(guard);
      }
    }
    variable_list saved;
    for (const SavedVariable& variable : saved_) saved.push_back(variable.unpack(self()));
    variable_list result;
    backward_.call([&](Environment& environment, const Napi::Function& function) {
      const Napi::Value returned =
          function.Call({handles(environment, grads), handles(environment, saved)});
      result = gradientsFrom(environment, returned);
    });
    return result;
  }

  void release_variables() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    saved_.clear();
    released_ = true;
  }

 private:
  NodePtr self() { return getptr(); }

  static Napi::Array handles(Environment& environment, const variable_list& tensors) {
    Napi::Array array = Napi::Array::New(environment.env, tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (!tensors[i].defined()) {
        array.Set(i, Napi::Env(environment.env).Null());
        continue;
      }
      const Handle handle = environment.tensors.insert(tensors[i]);
      array.Set(i, Napi::Value(environment.env, handleTo(environment.env, handle)));
    }
    return array;
  }

  variable_list gradientsFrom(Environment& environment, const Napi::Value& returned) const {
    variable_list result = tensorsFrom(environment, returned);
    if (result.size() != num_outputs()) {
      throw BindingError("value", name_ + " returned " + std::to_string(result.size()) +
                                      " gradients for " + std::to_string(num_outputs()) +
                                      " inputs");
    }
    return result;
  }

  std::string name_;
  JsCallback backward_;
  std::vector<SavedVariable> saved_;
  std::vector<torch::autograd::VariableInfo> outputs_;
  bool materialize_ = true;
  bool released_ = false;
};

template <typename... Args>
auto wrapOutputs(Args&&... args) {
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 14
  NodePtr attached;
  return torch::autograd::_wrap_outputs(std::forward<Args>(args)..., attached);
#else
  return torch::autograd::_wrap_outputs(std::forward<Args>(args)...);
#endif
}

std::unordered_set<at::TensorImpl*> identities(const std::vector<at::Tensor>& tensors) {
  std::unordered_set<at::TensorImpl*> result;
  for (const at::Tensor& tensor : tensors) result.insert(tensor.unsafeGetTensorImpl());
  return result;
}

Napi::Value customFunction(const Arguments& args) {
  const variable_list inputs = args.tensors(1);
  const std::vector<Handle> outputHandles = args.handles(2);
  const variable_list outputs = args.tensors(2);
  const Napi::Object options = args[3].As<Napi::Object>();
  const variable_list saved = tensorsFrom(args.environment, options.Get("saved"));
  const variable_list dirty = tensorsFrom(args.environment, options.Get("dirty"));
  const variable_list fixed = tensorsFrom(args.environment, options.Get("nonDifferentiable"));

  const bool records =
      at::GradMode::is_enabled() && torch::autograd::any_variable_requires_grad(inputs);
  auto node = makeNode<JsFunctionNode>(args.text(0), JsCallback(args.environment, args.function(4)));
  if (records) node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  for (const at::Tensor& tensor : dirty) torch::autograd::impl::bump_version(tensor);

  variable_list present;
  for (const at::Tensor& input : inputs) {
    if (input.defined()) present.push_back(input);
  }
  const std::vector<std::optional<at::Tensor>> raw(outputs.begin(), outputs.end());
  const torch::autograd::_jvp_fn_t forwardMode = [](const variable_list&,
                                                    const variable_list&) -> variable_list {
    throw BindingError("notImplemented", "custom functions have no forward-mode derivative");
  };
  const torch::autograd::_view_as_self_fn_t viewAsSelf = [](const at::Tensor& x) {
    return x.view_as(x);
  };
  const auto wrapped = wrapOutputs(present, identities(fixed), identities(dirty), raw,
                                   records ? NodePtr(node) : NodePtr(), forwardMode,
                                   std::unordered_set<at::TensorImpl*>(), viewAsSelf, false);

  variable_list results;
  for (size_t i = 0; i < wrapped.size(); ++i) {
    results.push_back(*wrapped[i]);
    args.environment.tensors.get(outputHandles[i]) = *wrapped[i];
  }
  if (records) {
    node->expectOutputs(results, options.Get("materializeGrads").ToBoolean());
    node->save(saved, results);
  }
  return args.env().Undefined();
}

}  // namespace

void defineCustomFunction(Napi::Object exports) {
  define<customFunction>(exports, "customFunction");
}

}  // namespace flambeau
