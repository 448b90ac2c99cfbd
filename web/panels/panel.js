/** Definition of a panel of the drawer: the types. The list of all is panels.js. */

/** @import {Notices} from "../app/notices.js" */
/** @import {LateChat} from "../chat/late.js" */
/** @import {JoinToken} from "../connection/jointoken.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Monitor} from "../monitor/monitor.js" */
/** @import {Right} from "../invite/rights.js" */
/** @import {Person} from "../people/person.js" */
/** @import {PeerMarks} from "../scene/peermarks.js" */
/** @import {OptimisticScene} from "../scene/optimisticscene.js" */
/** @import {SceneView} from "../scene/sceneview.js" */
/** @import {VerifiedCalls} from "../security/verifiedcalls.js" */
/** @import {Replay} from "./history/replay.js" */
/** @import {Timeline} from "./history/timeline.js" */

/**
 * A panel of the drawer. Its tab and the button that opens it are made from this.
 *
 * @typedef {object} PanelDefinition
 * @property {string} name unique, in `data-panel`
 * @property {string} label
 * @property {string} icon symbol of icons.svg
 * @property {() => Promise<{create: (context: PanelContext) => Panel}>} [load] its module, whose `create` is called once
 * @property {string} [here] id of its node, where the document has it from the start
 */

/**
 * @typedef {object} Panel
 * @property {HTMLElement} node
 * @property {(open: boolean) => void} [setOpen] it is in sight
 * @property {() => void} [showPeople] names may have changed
 * @property {(ids: ReadonlySet<string>) => void} [select] these elements are selected on the canvas
 * @property {() => void} [focus] the person has opened it to do something in it
 * @property {(peerId: string) => void} [choosePeer] it is to be about this person
 */

/**
 * @typedef {object} PanelContext
 * @property {string} sessionId
 * @property {JoinToken} joinToken
 * @property {OptimisticScene} scene as it is now
 * @property {SceneView} sceneView as the canvas shows it
 * @property {Timeline} timeline
 * @property {Replay} replay
 * @property {{monitor: Monitor, diagnoses: Diagnoses, compared: VerifiedCalls}} quality of the calls
 * @property {Notices} notices
 * @property {(peerId: string) => Person} describePerson
 * @property {(id: string) => string} describe words for an element
 * @property {PeerMarks} marks what the others have selected, and where they write
 * @property {(id: string) => string} notesOf who made an element, and who is at it; empty: nobody is known
 * @property {(ids: string[]) => void} choose select these elements and bring the last one in sight
 * @property {(id: string) => void} edit begin to edit an element
 * @property {LateChat} chat
 * @property {() => string} ownPeerId empty: not known yet
 * @property {() => Person[]} others who are here
 * @property {() => boolean} isOnline
 * @property {(right: Right) => boolean} may
 * @property {() => boolean} mayEdit
 */

export {};
