#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "environment.h"
#include "script_values.h"
#include "values.h"

namespace flambeau {

namespace {

using torch::jit::Module;

constexpr napi_type_tag kScriptTag = {0x666c616d62656175ULL, 0x73637269707400ffULL};

/// What JavaScript holds of a module; empty once it is disposed of.
using ScriptRef = std::unique_ptr<Module>;

ScriptRef& scriptRef(const Arguments& args) {
  napi_env env = args.env();
  bool tagged = false;
  if (typeOf(env, args[0]) == napi_external) {
    napi_check_object_type_tag(env, args[0], &kScriptTag, &tagged);
  }
  if (!tagged) {
    throw BindingError("type", "expected a ScriptModule, got " + describeValue(env, args[0]));
  }
  void* data = nullptr;
  napi_get_value_external(env, args[0], &data);
  return *static_cast<ScriptRef*>(data);
}

Module& scriptModule(const Arguments& args) {
  ScriptRef& module = scriptRef(args);
  if (!module) throw BindingError("disposed", "the ScriptModule was disposed of");
  return *module;
}

Napi::Value wrapScript(napi_env env, Module module) {
  napi_value result = nullptr;
  napi_create_external(
      env, new ScriptRef(std::make_unique<Module>(std::move(module))),
      [](node_api_basic_env, void* data, void*) { delete static_cast<ScriptRef*>(data); }, nullptr,
      &result);
  napi_type_tag_object(env, result, &kScriptTag);
  return Napi::Value(env, result);
}

/// The interpreter's messages end with the error itself, after the lines of code that led to it.
BindingError scriptError(const std::string& text) {
  const size_t end = text.find_last_not_of(" \n");
  const size_t start = text.rfind('\n', end);
  std::string last = text.substr(start == std::string::npos ? 0 : start + 1,
                                 end - (start == std::string::npos ? 0 : start + 1) + 1);
  const std::string prefix = "RuntimeError: ";
  if (last.rfind(prefix, 0) == 0) last = last.substr(prefix.size());
  return BindingError("torch", start == std::string::npos ? last : last + "\n" + text);
}

/// Runs `body`, whose errors are the interpreter's.
template <typename Body>
auto interpreted(Body body) {
  try {
    return body();
  } catch (const BindingError&) {
    throw;
  } catch (const c10::Error& error) {
    throw scriptError(error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw scriptError(error.what());
  }
}

Napi::Value scriptLoad(const Arguments& args) {
  std::optional<c10::Device> device;
  if (!isNullish(args.env(), args[1])) device = deviceFrom(args.env(), args[1]);
  return wrapScript(args.env(), torch::jit::load(args.text(0), device));
}

Napi::Value scriptSave(const Arguments& args) {
  const std::string path = args.text(1);
  std::ofstream file(std::filesystem::path(std::u8string(path.begin(), path.end())),
                     std::ios::binary);
  scriptModule(args).save(file);
  file.close();
  if (!file) throw BindingError("std", "cannot write to " + path);
  return args.env().Undefined();
}

Napi::Value scriptCopy(const Arguments& args) {
  const at::NoGradGuard noGrad;
  return wrapScript(args.env(), scriptModule(args).deepcopy());
}

Napi::Value scriptDispose(const Arguments& args) {
  scriptRef(args).reset();
  return args.env().Undefined();
}

Napi::Value scriptDescribe(const Arguments& args) {
  const Module& module = scriptModule(args);
  const Napi::Env env = args.env();
  Napi::Object result = Napi::Object::New(env);
  const auto name = module.type()->name();
  result.Set("name", name ? name->name() : "ScriptModule");

  Napi::Object methods = Napi::Object::New(env);
  for (const torch::jit::Method& method : module.get_methods()) {
    std::ostringstream schema;
    schema << method.function().getSchema();
    methods.Set(method.name(), schema.str());
  }
  result.Set("methods", methods);

  Napi::Object parameters = Napi::Object::New(env);
  for (const auto& parameter : module.named_parameters(false)) {
    parameters.Set(parameter.name, args.wrap(parameter.value));
  }
  result.Set("parameters", parameters);

  Napi::Array buffers = Napi::Array::New(env);
  for (const auto& buffer : module.named_buffers(false)) {
    buffers.Set(buffers.Length(), buffer.name);
  }
  result.Set("buffers", buffers);

  Napi::Object children = Napi::Object::New(env);
  for (const auto& child : module.named_children()) {
    children.Set(child.name, wrapScript(env, child.value));
  }
  result.Set("children", children);
  return result;
}

Napi::Value scriptTensor(const Arguments& args) {
  return args.wrap(scriptModule(args).attr(args.text(1)).toTensor());
}

Napi::Value scriptSetTensor(const Arguments& args) {
  scriptModule(args).setattr(args.text(1), args.tensor(2));
  return args.env().Undefined();
}

Napi::Value scriptIsTraining(const Arguments& args) {
  return Napi::Boolean::New(args.env(), scriptModule(args).is_training());
}

Napi::Value scriptSetTraining(const Arguments& args) {
  Module& module = scriptModule(args);
  if (module.hasattr("training")) module.setattr("training", args.boolean(1));
  return args.env().Undefined();
}

Napi::Value scriptRun(const Arguments& args) {
  const std::string name = args.text(1);
  const auto method = scriptModule(args).find_method(name);
  if (!method) throw BindingError("value", "the ScriptModule has no method '" + name + "'");
  std::vector<c10::IValue> inputs = scriptInputs(args.environment, *method, args[2]);
  const c10::IValue output = interpreted([&] { return (*method)(std::move(inputs)); });
  return Napi::Value(args.env(), scriptValueTo(args.environment, output));
}

}  // namespace

void defineScript(Napi::Object exports) {
  define<scriptLoad>(exports, "scriptLoad");
  define<scriptSave>(exports, "scriptSave");
  define<scriptCopy>(exports, "scriptCopy");
  define<scriptDispose>(exports, "scriptDispose");
  define<scriptDescribe>(exports, "scriptDescribe");
  define<scriptTensor>(exports, "scriptTensor");
  define<scriptSetTensor>(exports, "scriptSetTensor");
  define<scriptIsTraining>(exports, "scriptIsTraining");
  define<scriptSetTraining>(exports, "scriptSetTraining");
  define<scriptRun>(exports, "scriptRun");
}

}  // namespace flambeau
