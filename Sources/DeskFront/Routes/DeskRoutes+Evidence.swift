import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// What leaves the desk about one case or payment: only for those who see names in full.
extension DeskRoutes {
    var evidenceRoutes: [DeskRoute] {
        [
            .get("/cases/{}/file", needs: .names, about: oneCase) { request, frame in
                try document(request, frame) { document, evidence in
                    Reply(
                        page: CaseDocumentPage(
                            frame: frame, id: evidence.id, file: evidence.file, alerts: evidence.alerts,
                            acts: evidence.acts, digest: document.digest
                        ).html)
                }
            },
            .get("/cases/{}/file.jsonl", needs: .names, about: oneCase) { request, frame in
                try document(request, frame) { document, evidence in
                    Reply(file: document.bytes, "case-\(evidence.id.hex).jsonl", type: "application/x-ndjson")
                }
            },
            .get("/alerts/{}/recall", needs: .names, about: .alert) { request, frame in try recall(request, frame) },
        ]
    }

    private struct Evidence {
        var id: ItemID
        var file: CaseFile
        var alerts: [CaseDocument.Alert]
        var acts: [DoneAct]
    }

    private func document(
        _ request: DeskRequest, _ frame: PageFrame, _ reply: (CaseDocument, Evidence) -> Reply
    ) throws -> Reply {
        guard let id = request.item, let found = try service.index.evidence(ofCase: id) else {
            return trouble(.notFound, Work.Refusal.missing.phrase, frame)
        }
        guard !found.isCut else { return trouble(.conflict, .tooLargeFile, frame) }
        guard !found.alerts.contains(where: { frame.isBlind(to: $0.row.work) }) else {
            return trouble(.conflict, .blindFile, frame)
        }
        let evidence = Evidence(
            id: id, file: found.file,
            alerts: found.alerts.map { CaseDocument.Alert(row: $0.row, payment: $0.payment, labels: $0.labels) },
            acts: found.acts)
        // The time is that of the desk's log, so a page and its file of one moment have one digest.
        let document = CaseDocument(
            id, found.file, alerts: evidence.alerts, acts: evidence.acts, member: member, by: frame.me,
            at: try service.index.clock())
        return reply(document, evidence)
    }

    private func recall(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let item = request.item, let row = try service.index.alert(item) else {
            return trouble(.notFound, Trouble.missing, frame)
        }
        guard let payment = try service.index.payment(at: row.facts.source)?.payment.transaction else {
            return trouble(.conflict, RecallDraft.Fault.noAmount.phrase, frame)
        }
        let stands = row.work.state == .closed && !frame.isBlind(to: row.work)
        do throws(RecallDraft.Fault) {
            let draft = try RecallDraft(
                of: item, payment: payment, judgement: stands ? row.work.judgement : nil, member: member, at: frame.now)
            return Reply(file: draft.xml, "recall-\(item.hex).xml", type: "application/xml")
        } catch { return trouble(.conflict, error.phrase, frame) }
    }
}
