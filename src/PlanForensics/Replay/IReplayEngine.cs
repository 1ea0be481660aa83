using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Re-executes a decoder under any plan. All engines give the same bits for every plan they support, and refuse the others.</summary>
/// <remarks>May be shared by threads, with sequences of their own: attribution replays classes side by side.</remarks>
public interface IReplayEngine
{
    /// <summary>Name of the engine and its kernels, for example <c>cpu/vector512</c>.</summary>
    string Name { get; }

    /// <summary>The device that the engine runs on, written into the contract of a replay; null where a replay keeps what was recorded, as CPU kernels do.</summary>
    ReplayPlatform? Platform => null;

    /// <summary>Whether a plan can be run at a shape.</summary>
    /// <param name="plan">The operator's plan.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="reason">Why not, when the method returns false; otherwise empty.</param>
    /// <returns>True when the plan is run bit for bit.</returns>
    bool Supports(OperatorPlan plan, OperatorShape shape, out string reason);

    /// <summary>Runs a step from token ids and appends to the sequences' caches.</summary>
    /// <param name="model">The model.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellation">Cancels between operators; the sequences are then in no defined state.</param>
    /// <returns>Logits and greedy tokens.</returns>
    /// <exception cref="PlanNotSupportedException">A plan is missing or refused.</exception>
    /// <exception cref="ArgumentException">A token id or a position lies outside the model.</exception>
    ReplayStepResult Run(ReplayModel model, ReplayStep step, CancellationToken cancellation = default);

    /// <summary>Runs some operators from recorded values: one operator, a layer, or a part of the decoder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="operators">Operators of the model's graph, in its order.</param>
    /// <param name="values">Recorded inputs by value name, (rows, width); outputs are added to it.</param>
    /// <param name="step">The step that the values were recorded in; its tokens are read only by an embedding lookup, but give the rows' positions.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <exception cref="KeyNotFoundException">An input is not among the values.</exception>
    void RunOperators(
        ReplayModel model, IEnumerable<DecoderOperator> operators, IDictionary<string, float[]> values, ReplayStep step, CancellationToken cancellation = default);
}
