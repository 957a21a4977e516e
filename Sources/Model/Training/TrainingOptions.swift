/// How a forest is boosted. The defaults are those of DESIGN section 4.2.
package struct TrainingOptions: Sendable, Hashable {
    /// At least 1.
    package var trees = 100
    /// Conditions of a tree: 1 ... 8.
    package var depth = 4
    /// The part of a leaf's value that is kept: above 0, at most 1.
    package var learningRate = 0.15
    /// Pseudo rows of residual zero in every leaf, in the gain of a split and in its values: 0 or more.
    ///
    /// Between 1 and 70 average precision on the handbook's weeks hardly moves (means of seven weeks 0.628, 0.628,
    /// 0.627 at 3, 50, 70); from 50 on leaves are small enough that scores fit Z_2^16 in all of them.
    package var leafRegularisation = 50.0
    /// Fraction bits of leaves: 1 ... 20.
    package var fractionBits = 14

    package init() {}
}
