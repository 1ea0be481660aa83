using System.Runtime.CompilerServices;

namespace PlanForensics.Numerics;

/// <summary>Constants of <see cref="GlibcMath"/>. Source: ARM's optimized-routines as in glibc 2.36; powers of two and 4/pi by arithmetic.</summary>
internal static class GlibcTables
{
    /// <summary>Coefficient of r^3 of 2^r, |r| at most 1/64.</summary>
    public const double ExpCubic = 0.05550361559341535; // 0x1.c6af84b912394p-5
    /// <summary>Coefficient of r^2.</summary>
    public const double ExpSquare = 0.2402284522445722; // 0x1.ebfce50fac4f3p-3
    /// <summary>Coefficient of r.</summary>
    public const double ExpLinear = 0.6931471806916203; // 0x1.62e42ff0c52d6p-1
    /// <summary>Sine, coefficient of x^3.</summary>
    public const double Sine3 = -0.16666654943701084; // -0x1.555545995a603p-3
    /// <summary>Sine, coefficient of x^5.</summary>
    public const double Sine5 = 0.008332178146138854; // 0x1.1107605230bc4p-7
    /// <summary>Sine, coefficient of x^7.</summary>
    public const double Sine7 = -0.00019517298981385725; // -0x1.994eb3774cf24p-13
    /// <summary>Cosine, coefficient of x^2.</summary>
    public const double Cosine2 = -0.49999999725108224; // -0x1.ffffffd0c621cp-2
    /// <summary>Cosine, coefficient of x^4.</summary>
    public const double Cosine4 = 0.041666623324344516; // 0x1.55553e1068f19p-5
    /// <summary>Cosine, coefficient of x^6.</summary>
    public const double Cosine6 = -0.001388676379437604; // -0x1.6c087e89a359dp-10
    /// <summary>Cosine, coefficient of x^8.</summary>
    public const double Cosine8 = 2.4390450703564542e-05; // 0x1.99343027bf8c3p-16

    /// <summary>Reciprocals near the middles of sixteenths of [0.7, 1.4).</summary>
    public static ReadOnlySpan<double> Reciprocals =>
    [
        1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752,
        1.1479821020556429, 1.1082251448272158, 1.0711297413057381, 1.036437278977283, 1.0,
        0.9492859795739057, 0.8951049428609004, 0.8476821620351103, 0.8050314851692001, 0.7664671008843108,
        0.731428603316328,
    ];

    /// <summary>-log2 of the reciprocals.</summary>
    public static ReadOnlySpan<double> Logarithms =>
    [
        -0.48430022186289673, -0.42257122959194704, -0.3633754347673556, -0.30651309567405577, -0.25180720160537634,
        -0.19910014943794563, -0.14825100623281615, -0.09913323807318392, -0.051632812977629436, 0.0,
        0.07508531937943004, 0.15987125980713107, 0.2384046664317681, 0.31288288605863257, 0.38370422656453185,
        0.451211048935815,
    ];

    /// <summary>log2(1 + r) / r, the highest power first.</summary>
    public static ReadOnlySpan<double> Log2Polynomial => [0.288457581109214, -0.36092606229713164, 0.480898481472577, -0.7213474675006291, 1.4426950408774342];

    /// <summary>4/pi as windows of 32 bits, each 8 bits after the one before.</summary>
    public static ReadOnlySpan<uint> FourOverPi =>
    [
        0x0000_00A2, 0x0000_A2F9, 0x00A2_F983, 0xA2F9_836E, 0xF983_6E4E, 0x836E_4E44, 0x6E4E_4415, 0x4E44_1529,
        0x4415_29FC, 0x1529_FC27, 0x29FC_2757, 0xFC27_57D1, 0x2757_D1F5, 0x57D1_F534, 0xD1F5_34DD, 0xF534_DDC0,
        0x34DD_C0DB, 0xDDC0_DB62, 0xC0DB_6295, 0xDB62_9599, 0x6295_993C, 0x9599_3C43, 0x993C_4390, 0x3C43_9041,
    ];

    // 2^(i/32), to nearest.
    private static ReadOnlySpan<ulong> Roots =>
    [
        0x3FF0_0000_0000_0000, 0x3FF0_59B0_D315_8574, 0x3FF0_B558_6CF9_890F, 0x3FF1_1301_D012_5B51, 0x3FF1_72B8_3C7D_517B, 0x3FF1_D487_3168_B9AA,
        0x3FF2_387A_6E75_6238, 0x3FF2_9E9D_F51F_DEE1, 0x3FF3_06FE_0A31_B715, 0x3FF3_71A7_373A_A9CB, 0x3FF3_DEA6_4C12_3422, 0x3FF4_4E08_6061_892D,
        0x3FF4_BFDA_D536_2A27, 0x3FF5_342B_569D_4F82, 0x3FF5_AB07_DD48_5429, 0x3FF6_247E_B03A_5585, 0x3FF6_A09E_667F_3BCD, 0x3FF7_1F75_E8EC_5F74,
        0x3FF7_A114_73EB_0187, 0x3FF8_2589_994C_CE13, 0x3FF8_ACE5_422A_A0DB, 0x3FF9_3737_B0CD_C5E5, 0x3FF9_C491_82A3_F090, 0x3FFA_5503_B23E_255D,
        0x3FFA_E89F_995A_D3AD, 0x3FFB_7F76_F2FB_5E47, 0x3FFC_199B_DD85_529C, 0x3FFC_B720_DCEF_9069, 0x3FFD_5818_DCFB_A487, 0x3FFD_FC97_337B_9B5F,
        0x3FFE_A4AF_A2A4_90DA, 0x3FFF_5076_5B6E_4540,
    ];

    /// <summary>2^(k/32) as a table entry times a power of two; exact but for the entry's own rounding while the exponent is normal in fp64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double PowerOfTwo(long k) => BitConverter.UInt64BitsToDouble(Roots[(int)k & 31] + ((ulong)(k >> 5) << 52));
}
