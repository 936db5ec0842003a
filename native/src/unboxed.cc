#include <ATen/ScalarOps.h>

#include "dispatch.h"

namespace flambeau {

// Note [Unboxed calls]
// The boxed call packs every argument into an IValue on a heap-allocated stack, which costs about
// 100 ns. Operators whose C++ signature is one of those listed in `findUnboxedCall` are called
// through it instead. The list holds what tiny elementwise code is made of; test/bench shows what
// it brings.

namespace {

/// Reads argument `i` as a parameter of a signature, whose C++ type is `Type`.
template <typename T>
struct Read;

/// Stands for a tensor parameter that takes a number.
struct Number;

template <>
struct Read<Number> {
  using Type = const at::Tensor&;
  static constexpr Kind kind = Kind::Number;
  static at::Tensor from(Operator& op, size_t, napi_value value) {
    return at::native::wrapped_scalar_tensor(scalarFrom(op.environment.env, value));
  }
};

template <>
struct Read<const at::Tensor&> {
  using Type = const at::Tensor&;
  static constexpr Kind kind = Kind::Tensor;
  static at::Tensor& from(Operator& op, size_t, napi_value value) {
    return checkedTensor(op.environment, handleFrom(op.environment.env, value));
  }
};

template <>
struct Read<at::Tensor&> : Read<const at::Tensor&> {
  using Type = at::Tensor&;
};

template <>
struct Read<const at::Scalar&> {
  using Type = const at::Scalar&;
  static constexpr Kind kind = Kind::Scalar;
  static at::Scalar from(Operator& op, size_t i, napi_value value) {
    napi_env env = op.environment.env;
    if (typeOf(env, value) != napi_undefined) return scalarFrom(env, value);
    return op.argument(i, value).toScalar();
  }
};

template <typename Signature>
struct Unboxed;

template <typename Result, typename... Parameters>
struct Unboxed<Result(Parameters...)> {
  using Signature = Result(typename Read<Parameters>::Type...);
  static constexpr bool inPlace = std::is_same_v<Result, at::Tensor&>;

  static bool fits(const Operator& op) {
    const auto& returns = op.handle.schema().returns();
    if (op.arguments.size() != sizeof...(Parameters) || returns.size() != 1) return false;
    if (returns[0].type()->kind() != c10::TypeKind::TensorType) return false;
    if (op.aliasesArgument[0] != inPlace) return false;
    size_t i = 0;
    const auto plain = [&](Kind kind) {
      const WireType& type = op.arguments[i++].type;
      return type.kind == kind && !type.list && !type.optional;
    };
    if (!(plain(Read<Parameters>::kind) && ...)) return false;
    return isWritten(op, 0) == inPlace;
  }

  /// False where the C++ types are others after all: resize_as_sparse_ takes and gives const&.
  static bool install(Operator& op) {
    try {
      op.unboxedTarget = std::make_shared<Target>(op.handle.typed<Signature>());
    } catch (const c10::Error&) {
      return false;
    }
    op.unboxed = &call;
    return true;
  }

 private:
  using Target = c10::TypedOperatorHandle<Signature>;

  static napi_value call(Operator& op, napi_value* values) {
    return callWith(op, values, std::index_sequence_for<Parameters...>());
  }

  static bool isWritten(const Operator& op, size_t i) {
    const auto* alias = op.handle.schema().arguments()[i].alias_info();
    return alias != nullptr && alias->isWrite();
  }

  template <size_t... I>
  static napi_value callWith(Operator& op, napi_value* values, std::index_sequence<I...>) {
    const auto& target = *static_cast<const Target*>(op.unboxedTarget.get());
    napi_env env = op.environment.env;
    if constexpr (inPlace) {
      target.call(Read<Parameters>::from(op, I, values[I])...);
      napi_value undefined = nullptr;
      napi_get_undefined(env, &undefined);
      return undefined;
    } else {
      return handleTo(env, op.environment.tensors.insert(
                               target.call(Read<Parameters>::from(op, I, values[I])...)));
    }
  }
};

template <typename... Signatures>
void installFirstFitting(Operator& op) {
  ((Unboxed<Signatures>::fits(op) && Unboxed<Signatures>::install(op)) || ...);
}

}  // namespace

void findUnboxedCall(Operator& op) {
  using T = at::Tensor;
  using S = at::Scalar;
  installFirstFitting<T(const T&), T(const T&, const T&), T(const T&, const S&),
                      T(const T&, const T&, const S&), T(const T&, const T&, const T&),
                      T(const T&, const S&, const S&), T&(T&), T&(T&, const T&),
                      T&(T&, const S&), T&(T&, const T&, const S&), T(const T&, Number),
                      T(const T&, Number, const S&), T&(T&, Number), T&(T&, Number, const S&)>(op);
}

}  // namespace flambeau
