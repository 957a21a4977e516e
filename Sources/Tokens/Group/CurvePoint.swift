/// A point of P-256 in Jacobian coordinates (x = X/Z², y = Y/Z³), the identity among them.
///
/// Additions branch on equal points and on the identity, and so are for what is public or can meet neither but by a chance
/// of 2^-256. Secret multiples are OpenSSL's (`CurveWorkspace`).
package struct CurvePoint: Sendable {
    /// X of Jacobian coordinates; it is no affine coordinate until it is divided by Z².
    let x: FieldElement
    /// Y of Jacobian coordinates, to be divided by Z³.
    let y: FieldElement
    /// Zero for the identity alone. A point has one representation for each z that is not zero.
    let z: FieldElement

    /// The neutral element of addition, which has no affine coordinates and no encoding as a `GroupElement`.
    package static var identity: CurvePoint { CurvePoint(x: .one, y: .one, z: .zero) }

    /// The base point G (SP 800-186, 3.2.1.3), which generates the whole group: P-256 has cofactor 1.
    package static var generator: CurvePoint {
        CurvePoint(
            x: FieldElement(
                reducing: Words(
                    0xF4A1_3945_D898_C296, 0x7703_7D81_2DEB_33A0, 0xF8BC_E6E5_63A4_40F2, 0x6B17_D1F2_E12C_4247)),
            y: FieldElement(
                reducing: Words(
                    0xCBB6_4068_37BF_51F5, 0x2BCE_3357_6B31_5ECE, 0x8EE7_EB4A_7C0F_9E16, 0x4FE3_42E2_FE1A_7F9B)),
            z: .one)
    }

    /// The curve's constant b: y² = x³ - 3x + b.
    static var b: FieldElement {
        FieldElement(
            reducing: Words(
                0x3BCE_3C3E_27D2_604B, 0x651D_06B0_CC53_B0F6, 0xB3EB_BD55_7698_86BC, 0x5AC6_35D8_AA3A_93E7))
    }

    /// The value of x³ - 3x + b. A point of the curve at x exists exactly where this is a square.
    package static func rightSide(_ x: FieldElement) -> FieldElement { (x.squared - FieldElement(3)) * x + b }

    package var isIdentity: Bool { z.isZero }

    /// Bernstein and Lange's formula dbl-2001-b.
    package var doubled: CurvePoint {
        let delta = z.squared
        let gamma = y.squared
        let beta = x * gamma
        let product = (x - delta) * (x + delta)
        let alpha = product.doubled + product
        let fourBeta = beta.doubled.doubled
        let sumX = alpha.squared - fourBeta.doubled
        let sumZ = (y + z).squared - gamma - delta
        let eightGammas = gamma.squared.doubled.doubled.doubled
        return CurvePoint(x: sumX, y: alpha * (fourBeta - sumX) - eightGammas, z: sumZ)
    }

    /// Bernstein and Lange's formula add-2007-bl.
    package static func + (a: CurvePoint, b: CurvePoint) -> CurvePoint {
        if a.isIdentity { return b }
        if b.isIdentity { return a }
        let zz1 = a.z.squared
        let zz2 = b.z.squared
        let u1 = a.x * zz2
        let s1 = a.y * b.z * zz2
        let h = b.x * zz1 - u1
        let halfR = b.y * a.z * zz1 - s1
        if h.isZero { return halfR.isZero ? a.doubled : .identity }
        let i = h.doubled.squared
        let j = h * i
        let r = halfR.doubled
        let v = u1 * i
        let x = r.squared - j - v.doubled
        return CurvePoint(
            x: x, y: r * (v - x) - (s1 * j).doubled, z: ((a.z + b.z).squared - zz1 - zz2) * h)
    }

    /// The inverse of a point: the same x, and y with the other sign. The identity's is the identity.
    package static prefix func - (a: CurvePoint) -> CurvePoint { CurvePoint(x: a.x, y: -a.y, z: a.z) }

    package static func - (a: CurvePoint, b: CurvePoint) -> CurvePoint { a + -b }
}
