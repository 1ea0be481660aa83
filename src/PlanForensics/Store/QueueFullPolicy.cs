namespace PlanForensics.Store;

/// <summary>What a <see cref="Recorder"/> does with a step when its queue is full.</summary>
public enum QueueFullPolicy
{
    /// <summary>The serving thread waits until the writer has made room: nothing is lost, serving slows down.</summary>
    Block,

    /// <summary>The step is dropped and counted, in the recorder and in the request's row: serving never waits.</summary>
    DropAndCount,
}
