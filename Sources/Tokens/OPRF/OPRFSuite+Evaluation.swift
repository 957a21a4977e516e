extension OPRFSuite {
    /// RFC 9497, sections 3.3.1 and 3.3.2, `Blind`, for many inputs: a blind times each input's element.
    ///
    /// - Parameter inputs: each of at most 65,535 bytes.
    /// - Throws: `malformed` for an input too long; `pointIsIdentity` where an input hashes to the identity, which is no input
    ///   that anybody knows.
    /// - Cost: two maps to the curve and one multiplication an input.
    package func blind(_ inputs: [[UInt8]], by blinds: borrowing TokenScalars) throws(TokenError) -> [GroupElement] {
        guard inputs.allSatisfy({ $0.count <= 0xFFFF }) else { throw .malformed }
        guard let blinded = GroupElement.multiply(inputs.map(hashToGroup), byEach: blinds) else {
            throw .pointIsIdentity
        }
        return blinded
    }

    /// RFC 9497, section 3.3.1, `BlindEvaluate`.
    ///
    /// One multiplication an element; `key` is secret and has no influence on the time.
    package func blindEvaluate(_ blinded: [GroupElement], key: borrowing TokenScalar) -> [GroupElement] {
        GroupElement.multiply(blinded, by: key)
    }

    /// The first half of `Finalize`: the blinds are taken off.
    ///
    /// - Parameter blinds: those that the elements were blinded by, in the same order; their inverses cost one
    ///   inversion for all.
    package func unblind(_ evaluated: [GroupElement], blinds: borrowing TokenScalars) -> [GroupElement] {
        GroupElement.multiply(evaluated.map(\.point), byEach: blinds.inverted())!
    }

    /// The second half: RFC 9497's output of 32 bytes.
    package func output(input: [UInt8], element: GroupElement) -> [UInt8] {
        SHA256.hash(Self.prefixed(input) + Self.prefixed(element.compressed) + Array("Finalize".utf8))
    }

    /// RFC 9497, section 3.3.1, `Evaluate`: the output for a key held whole.
    package func evaluate(_ input: [UInt8], key: borrowing TokenScalar) throws(TokenError) -> [UInt8] {
        guard input.count <= 0xFFFF else { throw .malformed }
        guard let element = GroupElement(hashToGroup(input)) else { throw .pointIsIdentity }
        return output(input: input, element: element.multiplied(by: key))
    }
}
