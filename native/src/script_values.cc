#include "script_values.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include "values.h"

namespace flambeau {

namespace {

napi_value field(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  if (typeOf(env, object) != napi_object) return nullptr;
  bool has = false;
  napi_has_named_property(env, object, name, &has);
  if (has) napi_get_named_property(env, object, name, &value);
  return value;
}

bool isArray(napi_env env, napi_value value) {
  bool result = false;
  napi_is_array(env, value, &result);
  return result;
}

napi_value elementOf(napi_env env, napi_value array, uint32_t i) {
  napi_value element = nullptr;
  napi_get_element(env, array, i, &element);
  return element;
}

std::string describeInput(napi_env env, napi_value value) {
  if (field(env, value, "tensor") != nullptr) return "a Tensor";
  if (field(env, value, "entries") != nullptr) return "a dictionary";
  return describeValue(env, value);
}

class InputReader {
 public:
  explicit InputReader(Environment& environment)
      : environment_(environment), env_(environment.env) {}

  c10::IValue read(const c10::TypePtr& type, napi_value value) const {
    switch (type->kind()) {
      case c10::TypeKind::TensorType:
        return tensor(*type, value);
      case c10::TypeKind::IntType:
      case c10::TypeKind::SymIntType:
        return integerFrom(env_, value);
      case c10::TypeKind::FloatType:
        return numberFrom(env_, value);
      case c10::TypeKind::BoolType:
        return booleanFrom(env_, value);
      case c10::TypeKind::StringType:
        return textFrom(env_, value);
      case c10::TypeKind::NumberType:
        return scalarFrom(env_, value);
      case c10::TypeKind::ComplexType:
        return scalarFrom(env_, value).toComplexDouble();
      case c10::TypeKind::DeviceObjType:
        return deviceFrom(env_, value);
      case c10::TypeKind::NoneType:
        if (!isNullish(env_, value)) refuse(*type, value);
        return c10::IValue();
      case c10::TypeKind::OptionalType:
        if (isNullish(env_, value)) return c10::IValue();
        return read(type->expectRef<c10::OptionalType>().getElementType(), value);
      case c10::TypeKind::ListType:
        return list(type->expectRef<c10::ListType>().getElementType(), *type, value);
      case c10::TypeKind::TupleType:
        return tuple(type->expectRef<c10::TupleType>(), value);
      case c10::TypeKind::DictType:
        return dictionary(type->expectRef<c10::DictType>(), value);
      case c10::TypeKind::UnionType:
        return anyOf(type->expectRef<c10::UnionType>(), value);
      case c10::TypeKind::AnyType:
        return untyped(value);
      default:
        refuse(*type, value);
    }
  }

 private:
  [[noreturn]] void refuse(const c10::Type& type, napi_value value) const {
    throw BindingError("type",
                       "expected " + type.repr_str() + ", got " + describeInput(env_, value));
  }

  c10::IValue tensor(const c10::Type& type, napi_value value) const {
    const napi_value handle = field(env_, value, "tensor");
    if (handle == nullptr) refuse(type, value);
    return checkedTensor(environment_, handleFrom(env_, handle));
  }

  c10::IValue list(const c10::TypePtr& elementType, const c10::Type& type, napi_value value) const {
    if (!isArray(env_, value)) refuse(type, value);
    c10::impl::GenericList result(elementType);
    forEachElement(env_, value,
                   [&](napi_value element) { result.push_back(read(elementType, element)); });
    return result;
  }

  c10::IValue tuple(const c10::TupleType& type, napi_value value) const {
    const auto& elements = type.elements();
    if (!isArray(env_, value) || arrayLength(env_, value) != elements.size()) refuse(type, value);
    std::vector<c10::IValue> parts;
    for (size_t i = 0; i < elements.size(); ++i) {
      parts.push_back(read(elements[i], elementOf(env_, value, i)));
    }
    return c10::ivalue::Tuple::create(std::move(parts));
  }

  c10::IValue dictionary(const c10::DictType& type, napi_value value) const {
    const napi_value entries = field(env_, value, "entries");
    if (entries == nullptr) refuse(type, value);
    c10::impl::GenericDict result(type.getKeyType(), type.getValueType());
    forEachElement(env_, entries, [&](napi_value entry) {
      result.insert(read(type.getKeyType(), elementOf(env_, entry, 0)),
                    read(type.getValueType(), elementOf(env_, entry, 1)));
    });
    return result;
  }

  c10::IValue anyOf(const c10::UnionType& type, napi_value value) const {
    for (const c10::TypePtr& contained : type.containedTypes()) {
      try {
        return read(contained, value);
      } catch (const BindingError& error) {
        if (error.code != "type") throw;
      }
    }
    refuse(type, value);
  }

  /// Where the method takes anything, the value says what it is.
  c10::IValue untyped(napi_value value) const {
    if (isNullish(env_, value)) return c10::IValue();
    if (field(env_, value, "tensor") != nullptr) return tensor(*c10::TensorType::get(), value);
    if (typeOf(env_, value) == napi_string) return textFrom(env_, value);
    if (isArray(env_, value)) return list(c10::AnyType::get(), *c10::AnyType::get(), value);
    return scalarFrom(env_, value);
  }

  Environment& environment_;
  napi_env env_;
};

napi_value arrayOf(Environment& environment, c10::ArrayRef<c10::IValue> values) {
  napi_value result = nullptr;
  napi_create_array_with_length(environment.env, values.size(), &result);
  for (size_t i = 0; i < values.size(); ++i) {
    napi_set_element(environment.env, result, i, scriptValueTo(environment, values[i]));
  }
  return result;
}

napi_value objectWith(napi_env env, const char* name, napi_value value) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, name, value);
  return result;
}

}  // namespace

std::vector<c10::IValue> scriptInputs(Environment& environment, const torch::jit::Method& method,
                                      napi_value values) {
  const c10::FunctionSchema& schema = method.function().getSchema();
  const InputReader reader(environment);
  const uint32_t count = arrayLength(environment.env, values);
  // The schema's first argument is the module itself.
  const size_t most = schema.arguments().size() - 1;
  if (count > most) {
    throw BindingError("type", method.name() + " takes at most " + std::to_string(most) +
                                   " arguments, got " + std::to_string(count));
  }
  std::vector<c10::IValue> inputs;
  for (uint32_t i = 0; i < count; ++i) {
    const c10::Argument& argument = schema.arguments()[i + 1];
    const napi_value value = elementOf(environment.env, values, i);
    if (typeOf(environment.env, value) == napi_undefined && argument.default_value()) {
      inputs.push_back(*argument.default_value());
      continue;
    }
    try {
      inputs.push_back(reader.read(argument.type(), value));
    } catch (const BindingError& error) {
      throw BindingError(error.code, method.name() + ": " + argument.name() + ": " + error.what());
    }
  }
  return inputs;
}

napi_value scriptValueTo(Environment& environment, const c10::IValue& value) {
  napi_env env = environment.env;
  if (value.isTensor() && value.toTensor().defined()) {
    return objectWith(env, "tensor", toJs(environment, value));
  }
  if (value.isTuple()) return arrayOf(environment, value.toTupleRef().elements());
  if (value.isList()) return arrayOf(environment, value.toListRef());
  if (value.isGenericDict()) {
    std::vector<c10::IValue> entries;
    for (const auto& entry : value.toGenericDict()) {
      entries.push_back(c10::ivalue::Tuple::create({entry.key(), entry.value()}));
    }
    return objectWith(env, "entries", arrayOf(environment, entries));
  }
  return toJs(environment, value);
}

}  // namespace flambeau
