using FluentAssertions.Collections;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Probing;
using PlanForensics.Replay;

namespace PlanForensics.FluentAssertions;

/// <summary>What assertions start from. Arrays and other collections keep FluentAssertions' own assertions; those on bits are added to them.</summary>
public static class ShouldExtensions
{
    /// <summary>Asserts on a span, of which a copy is taken.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="actual">The values.</param>
    /// <returns>FluentAssertions' assertions on collections, and those on bits.</returns>
    public static GenericCollectionAssertions<T> Should<T>(this ReadOnlySpan<T> actual)
        where T : unmanaged => new(actual.ToArray());

    /// <summary>Asserts on a span, of which a copy is taken.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="actual">The values.</param>
    /// <returns>FluentAssertions' assertions on collections, and those on bits.</returns>
    public static GenericCollectionAssertions<T> Should<T>(this Span<T> actual)
        where T : unmanaged => new(actual.ToArray());

    /// <summary>Asserts on an array, as FluentAssertions' own <c>Should</c> does: an array is also a span to the compiler, and would otherwise be taken for one.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="actual">The values; may be null.</param>
    /// <returns>FluentAssertions' assertions on collections, and those on bits.</returns>
    public static GenericCollectionAssertions<T> Should<T>(this T[]? actual)
        where T : unmanaged => new(actual!);

    /// <summary>Asserts on a tensor of any format.</summary>
    /// <param name="actual">The tensor; may be null.</param>
    /// <returns>The assertions.</returns>
    public static TensorValueAssertions Should(this TensorValue? actual) => new(actual);

    /// <summary>Asserts on a recorded or replayed request.</summary>
    /// <param name="actual">The trace; may be null.</param>
    /// <returns>The assertions.</returns>
    public static TraceAssertions Should(this ExecutionContract? actual) => new(actual);

    /// <summary>Asserts on a model that is ready for replay.</summary>
    /// <param name="actual">The model; may be null.</param>
    /// <returns>The assertions.</returns>
    public static ModelAssertions Should(this ReplayModel? actual) => new(actual);

    /// <summary>Asserts on a model; its weights are widened for replay first, so that several assertions are better made on one <see cref="ReplayModel"/>.</summary>
    /// <param name="actual">The model; may be null.</param>
    /// <returns>The assertions.</returns>
    public static ModelAssertions Should(this DecoderModel? actual) => new(actual is null ? null : new ReplayModel(actual));

    /// <summary>Asserts on a kernel that adds up.</summary>
    /// <param name="actual">The kernel; may be null.</param>
    /// <returns>The assertions.</returns>
    public static KernelAssertions Should(this BlackBox? actual) => new(actual);

    /// <summary>Asserts on an operator that takes batches of rows.</summary>
    /// <param name="actual">The operator; may be null.</param>
    /// <returns>The assertions.</returns>
    public static BatchedOperatorAssertions Should(this BatchedOperator? actual) => new(actual);
}
