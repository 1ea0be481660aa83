namespace PlanForensics.Engines;

/// <summary>The rule of one library (and dispatch) for matrix products: from a key to the plan it runs. Pure; a key that the rule does not cover is declined.</summary>
public interface IGemmFamily
{
    /// <summary>Library, dispatch and entry point, for example <c>mlas.constant_b</c>, <c>openblas.haswell.sgemm</c> or <c>ggml.vec_dot.avx512.f32</c>.</summary>
    string Name { get; }

    /// <summary>The plan of a product.</summary>
    /// <param name="key">Shape, threads, layout, formats, alignment.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    PlanDecision PlanFor(GemmKey key);
}
