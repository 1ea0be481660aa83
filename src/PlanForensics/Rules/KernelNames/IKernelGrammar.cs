namespace PlanForensics.Rules.KernelNames;

/// <summary>One family's way to name its kernels.</summary>
internal interface IKernelGrammar
{
    /// <summary>What the name says, or null where it is not of this family.</summary>
    KernelDescription? Describe(KernelName name);
}
