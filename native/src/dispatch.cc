#include "dispatch.h"

#include <sstream>

namespace flambeau {

namespace {

constexpr size_t kInlineArguments = 12;
constexpr char kNumberOverload[] = "Number";

struct CallInFlight {
  const Operator& op;
  const napi_value* values;
  size_t count;
};

std::string describeTensor(const at::Tensor& tensor) {
  std::ostringstream text;
  text << c10::getDtypeNames(tensor.scalar_type()).first << tensor.sizes();
  if (!tensor.is_cpu()) text << " on " << tensor.device();
  return text.str();
}

std::string describeArgument(const Operator& op, size_t i, napi_value value) {
  napi_env env = op.environment.env;
  const WireType& type = op.arguments[i].type;
  if (type.kind != Kind::Tensor || isNullish(env, value)) return describeValue(env, value);
  try {
    if (!type.list) return describeTensor(op.environment.tensors.get(handleFrom(env, value)));
    std::string text = "[";
    forEachElement(env, value, [&](napi_value element) {
      if (text.size() > 1) text += ", ";
      text += isNullish(env, element)
                  ? "null"
                  : describeTensor(op.environment.tensors.get(handleFrom(env, element)));
    });
    return text + "]";
  } catch (const BindingError& error) {
    return error.code == "disposed" ? "a disposed tensor" : describeValue(env, value);
  }
}

CallContext describeCall(const void* what) {
  const auto& call = *static_cast<const CallInFlight*>(what);
  std::ostringstream schema;
  schema << call.op.handle.schema();
  CallContext context{schema.str(), {}};
  for (size_t i = 0; i < std::min(call.count, call.op.arguments.size()); ++i) {
    context.args.push_back(describeArgument(call.op, i, call.values[i]));
  }
  return context;
}

napi_value resultsToJs(const Operator& op, const c10::Stack& stack) {
  napi_env env = op.environment.env;
  napi_value undefined = nullptr;
  napi_get_undefined(env, &undefined);
  const auto value = [&](size_t i) {
    return op.aliasesArgument[i] ? undefined : toJs(op.environment, stack[i]);
  };
  if (stack.empty()) return undefined;
  if (stack.size() == 1) return value(0);
  napi_value results = nullptr;
  napi_create_array_with_length(env, stack.size(), &results);
  for (size_t i = 0; i < stack.size(); ++i) napi_set_element(env, results, i, value(i));
  return results;
}

napi_value callBoxed(const Operator& op, const napi_value* values, size_t count) {
  c10::Stack stack;
  stack.reserve(op.arguments.size());
  for (size_t i = 0; i < op.arguments.size(); ++i) {
    stack.push_back(op.argument(i, i < count ? values[i] : nullptr));
  }
  op.handle.callBoxed(stack);
  return resultsToJs(op, stack);
}

/// The choke point: every operator that JavaScript calls passes here.
napi_value callOperator(napi_env env, napi_callback_info info) {
  napi_value inlineValues[kInlineArguments];
  napi_value* values = inlineValues;
  size_t count = kInlineArguments;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  std::vector<napi_value> moreValues;
  if (count > kInlineArguments) {
    moreValues.resize(count);
    values = moreValues.data();
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
  auto& op = *static_cast<Operator*>(data);
  try {
    if (count > op.arguments.size()) {
      throw BindingError("type", "expected at most " + std::to_string(op.arguments.size()) +
                                     " arguments, got " + std::to_string(count));
    }
    napi_value result = op.unboxed != nullptr && count == op.arguments.size()
                            ? op.unboxed(op, values)
                            : callBoxed(op, values, count);
    op.environment.settle();
    return result;
  } catch (...) {
    const CallInFlight call{op, values, count};
    throwCurrentException(env, describeCall, &call);
    return nullptr;
  }
}

Napi::Value operators(const Arguments& args) {
  std::vector<std::string> schemas;
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (name.name.rfind("aten::", 0) != 0) continue;
    const auto handle = c10::Dispatcher::singleton().findSchema(name);
    if (!handle) continue;
    std::ostringstream schema;
    schema << handle->schema();
    schemas.push_back(schema.str());
  }
  Napi::Array result = Napi::Array::New(args.env(), schemas.size());
  for (size_t i = 0; i < schemas.size(); ++i) result.Set(i, schemas[i]);
  return result;
}

Napi::Value getOperator(const Arguments& args) {
  const std::string name = args.text(0);
  const bool takesNumber = args.text(1) == kNumberOverload;
  const std::string overload = takesNumber ? "Tensor" : args.text(1);
  const auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!handle) {
    throw BindingError("value", "libtorch has no operator " + name +
                                    (overload.empty() ? "" : "." + overload));
  }
  auto& list = args.environment.operators;
  list.push_back(std::make_unique<Operator>(args.environment, *handle, takesNumber));
  napi_value function = nullptr;
  napi_create_function(args.env(), name.c_str(), NAPI_AUTO_LENGTH, callOperator,
                       list.back().get(), &function);
  return Napi::Value(args.env(), function);
}

}  // namespace

Operator::Operator(Environment& environment, c10::OperatorHandle handle, bool takesNumber)
    : environment(environment), handle(handle) {
  for (const c10::Argument& argument : handle.schema().arguments()) {
    ArgumentPlan plan{wireTypeOf(*argument.real_type(), argument.N()), argument.default_value()};
    if (!plan.defaultValue && plan.type.optional) plan.defaultValue = c10::IValue();
    arguments.push_back(std::move(plan));
  }
  if (takesNumber) arguments.at(1).type.kind = Kind::Number;
  for (const c10::Argument& result : handle.schema().returns()) {
    aliasesArgument.push_back(result.alias_info() != nullptr && result.alias_info()->isWrite() &&
                              !result.alias_info()->beforeSets().empty());
  }
  findUnboxedCall(*this);
}

c10::IValue Operator::argument(size_t i, napi_value value) const {
  const ArgumentPlan& plan = arguments[i];
  if (value != nullptr && typeOf(environment.env, value) != napi_undefined) {
    return fromJs(environment, plan.type, value);
  }
  if (plan.defaultValue) return *plan.defaultValue;
  throw BindingError("type",
                     "the argument '" + handle.schema().arguments()[i].name() + "' is missing");
}

void defineDispatch(Napi::Object exports) {
  define<operators>(exports, "operators");
  define<getOperator>(exports, "operator");
}

}  // namespace flambeau
