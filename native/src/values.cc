#include "values.h"

#include <ATen/ScalarOps.h>
#include <c10/core/Stream.h>

#include <cmath>

#include "environment.h"
#include "storage.h"

namespace flambeau {

namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

[[noreturn]] void expected(napi_env env, const char* what, napi_value got) {
  throw BindingError("type",
                     std::string("expected ") + what + ", got " + describeValue(env, got));
}

bool isWhole(double value) {
  return std::trunc(value) == value && std::fabs(value) <= kMaxSafeInteger;
}

int64_t bigintFrom(napi_env env, napi_value value) {
  int64_t result = 0;
  bool lossless = false;
  napi_get_value_bigint_int64(env, value, &result, &lossless);
  if (!lossless) throw BindingError("value", "a BigInt does not fit in 64 bits");
  return result;
}

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  napi_get_named_property(env, object, name, &value);
  return value;
}

napi_value numberTo(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

constexpr napi_type_tag kGeneratorTag = {0x666c616d62656175ULL, 0x67656e657261746fULL};

}  // namespace

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

bool isNullish(napi_env env, napi_value value) {
  const napi_valuetype type = typeOf(env, value);
  return type == napi_undefined || type == napi_null;
}

std::string describeValue(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_string:
      return "'" + textFrom(env, value) + "'";
    case napi_number:
    case napi_boolean:
    case napi_bigint: {
      napi_value text = nullptr;
      napi_coerce_to_string(env, value, &text);
      return textFrom(env, text);
    }
    case napi_function:
      return "a function";
    case napi_symbol:
      return "a symbol";
    default: {
      bool isArray = false;
      napi_is_array(env, value, &isArray);
      return isArray ? "an array" : "an object";
    }
  }
}

Handle handleFrom(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) expected(env, "a Tensor", value);
  if (!(number >= 0 && isWhole(number))) {
    throw BindingError("invalidHandle",
                       "no tensor has the handle " + describeValue(env, value));
  }
  return static_cast<Handle>(number);
}

napi_value handleTo(napi_env env, Handle handle) {
  return numberTo(env, static_cast<double>(handle));
}

bool booleanFrom(napi_env env, napi_value value) {
  bool result = false;
  if (napi_get_value_bool(env, value, &result) != napi_ok) expected(env, "a boolean", value);
  return result;
}

double numberFrom(napi_env env, napi_value value) {
  double result = 0;
  if (napi_get_value_double(env, value, &result) == napi_ok) return result;
  if (typeOf(env, value) == napi_bigint) return static_cast<double>(bigintFrom(env, value));
  expected(env, "a number", value);
}

int64_t integerFrom(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (!isWhole(number)) expected(env, "a whole number", value);
    return static_cast<int64_t>(number);
  }
  if (typeOf(env, value) == napi_bigint) return bigintFrom(env, value);
  expected(env, "a whole number", value);
}

napi_value integerTo(napi_env env, int64_t value) {
  napi_value result = nullptr;
  if (std::fabs(static_cast<double>(value)) <= kMaxSafeInteger) {
    napi_create_int64(env, value, &result);
  } else {
    napi_create_bigint_int64(env, value, &result);
  }
  return result;
}

std::string textFrom(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    expected(env, "a string", value);
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

napi_value textTo(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

c10::Scalar scalarFrom(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_number: {
      const double number = numberFrom(env, value);
      if (isWhole(number) && !(number == 0 && std::signbit(number))) {
        return static_cast<int64_t>(number);
      }
      return number;
    }
    case napi_boolean:
      return booleanFrom(env, value);
    case napi_bigint:
      return bigintFrom(env, value);
    case napi_object: {
      const napi_value re = property(env, value, "re");
      const napi_value im = property(env, value, "im");
      if (typeOf(env, re) == napi_number && typeOf(env, im) == napi_number) {
        return c10::complex<double>(numberFrom(env, re), numberFrom(env, im));
      }
      [[fallthrough]];
    }
    default:
      expected(env, "a number, bigint, boolean or { re, im }", value);
  }
}

napi_value scalarTo(napi_env env, const c10::Scalar& value) {
  if (value.isBoolean()) {
    napi_value result = nullptr;
    napi_get_boolean(env, value.toBool(), &result);
    return result;
  }
  if (value.isIntegral(false)) {
    if (value.type() == at::kUInt64) {
      const uint64_t number = value.toUInt64();
      if (number > static_cast<uint64_t>(kMaxSafeInteger)) {
        napi_value result = nullptr;
        napi_create_bigint_uint64(env, number, &result);
        return result;
      }
      return numberTo(env, static_cast<double>(number));
    }
    return integerTo(env, value.toLong());
  }
  if (value.isComplex()) {
    const auto number = value.toComplexDouble();
    napi_value result = nullptr;
    napi_create_object(env, &result);
    napi_set_named_property(env, result, "re", numberTo(env, number.real()));
    napi_set_named_property(env, result, "im", numberTo(env, number.imag()));
    return result;
  }
  return numberTo(env, value.toDouble());
}

c10::Device deviceFrom(napi_env env, napi_value value) {
  return c10::Device(textFrom(env, value));
}

c10::Stream streamFrom(napi_env env, napi_value value) {
  if (typeOf(env, value) != napi_object) expected(env, "a stream", value);
  const napi_value id = property(env, value, "id");
  if (typeOf(env, id) != napi_bigint) expected(env, "a stream", value);
  return c10::Stream::unpack3(
      bigintFrom(env, id),
      static_cast<c10::DeviceIndex>(integerFrom(env, property(env, value, "deviceIndex"))),
      static_cast<c10::DeviceType>(integerFrom(env, property(env, value, "deviceType"))));
}

napi_value streamTo(napi_env env, const c10::Stream& stream) {
  const c10::StreamData3 packed = stream.pack3();
  napi_value result = nullptr;
  napi_value id = nullptr;
  napi_create_object(env, &result);
  napi_create_bigint_int64(env, packed.stream_id, &id);
  napi_set_named_property(env, result, "id", id);
  napi_set_named_property(env, result, "deviceIndex", integerTo(env, packed.device_index));
  napi_set_named_property(env, result, "deviceType",
                          integerTo(env, static_cast<int64_t>(packed.device_type)));
  return result;
}

at::Generator generatorFrom(napi_env env, napi_value value) {
  bool tagged = false;
  if (typeOf(env, value) == napi_external) {
    napi_check_object_type_tag(env, value, &kGeneratorTag, &tagged);
  }
  if (!tagged) expected(env, "a Generator", value);
  void* data = nullptr;
  napi_get_value_external(env, value, &data);
  return *static_cast<at::Generator*>(data);
}

napi_value generatorTo(napi_env env, at::Generator generator) {
  napi_value result = nullptr;
  napi_create_external(
      env, new at::Generator(std::move(generator)),
      [](node_api_basic_env, void* data, void*) { delete static_cast<at::Generator*>(data); },
      nullptr, &result);
  napi_type_tag_object(env, result, &kGeneratorTag);
  return result;
}

at::Tensor& checkedTensor(Environment& environment, Handle handle) {
  at::Tensor& tensor = environment.tensors.get(handle);
  if (environment.hasBorrowedBuffers) refuseDetachedBuffer(environment, tensor);
  return tensor;
}

std::vector<at::Tensor> tensorsFrom(Environment& environment, napi_value handles) {
  napi_env env = environment.env;
  std::vector<at::Tensor> tensors;
  forEachElement(env, handles, [&](napi_value handle) {
    tensors.push_back(isNullish(env, handle) ? at::Tensor()
                                             : checkedTensor(environment, handleFrom(env, handle)));
  });
  return tensors;
}

uint32_t arrayLength(napi_env env, napi_value value) {
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) != napi_ok) expected(env, "an array", value);
  return length;
}

WireType wireTypeOf(const c10::Type& type, std::optional<int32_t> size) {
  WireType wire;
  switch (type.kind()) {
    case c10::TypeKind::OptionalType: {
      wire = wireTypeOf(*type.castRaw<c10::OptionalType>()->getElementType(), size);
      wire.optional = true;
      return wire;
    }
    case c10::TypeKind::ListType: {
      const WireType element =
          wireTypeOf(*type.castRaw<c10::ListType>()->getElementType(), std::nullopt);
      wire.kind = element.list ? Kind::Unsupported : element.kind;
      wire.list = true;
      wire.optionalElements = element.optional;
      wire.size = size.value_or(0);
      return wire;
    }
    case c10::TypeKind::TensorType:
      wire.kind = Kind::Tensor;
      return wire;
    case c10::TypeKind::NumberType:
      wire.kind = Kind::Scalar;
      return wire;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::QSchemeType:
      wire.kind = Kind::Int;
      return wire;
    case c10::TypeKind::FloatType:
      wire.kind = Kind::Float;
      return wire;
    case c10::TypeKind::BoolType:
      wire.kind = Kind::Bool;
      return wire;
    case c10::TypeKind::StringType:
      wire.kind = Kind::Text;
      return wire;
    case c10::TypeKind::ScalarTypeType:
      wire.kind = Kind::ScalarType;
      return wire;
    case c10::TypeKind::LayoutType:
      wire.kind = Kind::Layout;
      return wire;
    case c10::TypeKind::MemoryFormatType:
      wire.kind = Kind::MemoryFormat;
      return wire;
    case c10::TypeKind::DeviceObjType:
      wire.kind = Kind::Device;
      return wire;
    case c10::TypeKind::GeneratorType:
      wire.kind = Kind::Generator;
      return wire;
    case c10::TypeKind::StreamObjType:
      wire.kind = Kind::Stream;
      return wire;
    case c10::TypeKind::StorageType:
      wire.kind = Kind::Storage;
      return wire;
    default:
      return wire;
  }
}

namespace {

c10::IValue elementFrom(Environment& environment, Kind kind, napi_value value) {
  napi_env env = environment.env;
  switch (kind) {
    case Kind::Tensor:
      return checkedTensor(environment, handleFrom(env, value));
    case Kind::Scalar:
      return scalarFrom(env, value);
    case Kind::Number:
      return at::native::wrapped_scalar_tensor(scalarFrom(env, value));
    case Kind::Int:
    case Kind::ScalarType:
    case Kind::Layout:
    case Kind::MemoryFormat:
      return integerFrom(env, value);
    case Kind::Float:
      return numberFrom(env, value);
    case Kind::Bool:
      return booleanFrom(env, value);
    case Kind::Text:
      return textFrom(env, value);
    case Kind::Device:
      return deviceFrom(env, value);
    case Kind::Generator:
      return generatorFrom(env, value);
    case Kind::Stream:
      return streamFrom(env, value);
    case Kind::Storage:
      return checkedTensor(environment, handleFrom(env, value)).storage();
    case Kind::Unsupported:
      break;
  }
  throw BindingError("type", "this argument has a type that JavaScript cannot give");
}

template <typename T, typename Convert>
c10::List<T> listFrom(napi_env env, const WireType& type, napi_value value, Convert convert) {
  c10::List<T> list;
  bool isArray = false;
  napi_is_array(env, value, &isArray);
  if (!isArray && type.size > 0) {
    const T element = convert(value);
    for (int64_t i = 0; i < type.size; ++i) list.push_back(element);
    return list;
  }
  list.reserve(arrayLength(env, value));
  forEachElement(env, value, [&](napi_value element) { list.push_back(convert(element)); });
  return list;
}

c10::IValue scalarListFrom(napi_env env, const WireType& type, napi_value value) {
  c10::impl::GenericList list(c10::NumberType::get());
  for (const c10::Scalar& scalar : listFrom<c10::Scalar>(
           env, type, value, [&](napi_value element) { return scalarFrom(env, element); })) {
    list.push_back(scalar);
  }
  return list;
}

}  // namespace

c10::IValue fromJs(Environment& environment, const WireType& type, napi_value value) {
  napi_env env = environment.env;
  if (type.optional && typeOf(env, value) == napi_null) return c10::IValue();
  if (!type.list) return elementFrom(environment, type.kind, value);
  switch (type.kind) {
    case Kind::Tensor:
      if (type.optionalElements) {
        return listFrom<std::optional<at::Tensor>>(
            env, type, value, [&](napi_value element) -> std::optional<at::Tensor> {
              if (isNullish(env, element)) return std::nullopt;
              return checkedTensor(environment, handleFrom(env, element));
            });
      }
      return listFrom<at::Tensor>(env, type, value, [&](napi_value element) {
        return checkedTensor(environment, handleFrom(env, element));
      });
    case Kind::Int:
    case Kind::ScalarType:
      return listFrom<int64_t>(env, type, value,
                               [&](napi_value element) { return integerFrom(env, element); });
    case Kind::Float:
      return listFrom<double>(env, type, value,
                              [&](napi_value element) { return numberFrom(env, element); });
    case Kind::Bool:
      return listFrom<bool>(env, type, value,
                            [&](napi_value element) { return booleanFrom(env, element); });
    case Kind::Text:
      return listFrom<std::string>(env, type, value,
                                   [&](napi_value element) { return textFrom(env, element); });
    case Kind::Scalar:
      return scalarListFrom(env, type, value);
    default:
      throw BindingError("type", "this argument has a type that JavaScript cannot give");
  }
}

napi_value toJs(Environment& environment, const c10::IValue& value) {
  napi_env env = environment.env;
  napi_value result = nullptr;
  if (value.isTensor()) {
    if (value.toTensor().defined()) {
      return handleTo(env, environment.tensors.insert(value.toTensor()));
    }
    napi_get_null(env, &result);
    return result;
  }
  if (value.isList()) {
    const auto list = value.toListRef();
    napi_create_array_with_length(env, list.size(), &result);
    for (size_t i = 0; i < list.size(); ++i) {
      napi_set_element(env, result, i, toJs(environment, list[i]));
    }
    return result;
  }
  if (value.isNone()) {
    napi_get_null(env, &result);
    return result;
  }
  if (value.isScalar()) return scalarTo(env, value.toScalar());
  if (value.isString()) return textTo(env, value.toStringRef());
  if (value.isDevice()) return textTo(env, value.toDevice().str());
  if (value.isStream()) return streamTo(env, value.toStream());
  if (value.isGenerator()) return generatorTo(env, value.toGenerator());
  throw BindingError("type", "the operator returned a " + value.tagKind() +
                                 ", which JavaScript cannot hold");
}

}  // namespace flambeau
