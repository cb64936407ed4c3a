"""The gender of Romanian nouns that are counted in a shop, at a clinic, in a payment or a job, so that a numeral agrees with
them. A noun that is neither listed nor has a telling ending is unknown: then the numeral stands as if alone."""

from __future__ import annotations

from speech.normalise.ro_numbers import Gender

_PAIRS: dict[Gender, str] = {
    "f": """
    acțiune acțiuni, adeverință adeverințe, adresă adrese, amendă amenzi, analiză analize, angajată angajate, aplicație aplicații,
    asigurare asigurări, asistentă asistente, bancnotă bancnote, baterie baterii, bicicletă biciclete, bluză bluze, boxă boxe,
    broșură broșuri, brățară brățări, bucată bucăți, cameră camere, canapea canapele, candidatură candidaturi, candidată
    candidate, cantitate cantități, cană căni, carte cărți, cartelă cartele, casă case, categorie categorii, centimă centime,
    cerere cereri, cerință cerințe, cheie chei, cheltuială cheltuieli, chitanță chitanțe, cifră cifre, clasă clase, clauză clauze,
    clientă cliente, clinică clinici, colegă colege, comandă comenzi, companie companii, condiție condiții, consultație
    consultații, coroană coroane, cremă creme, culoare culori, cutie cutii, datorie datorii, dată date, decizie decizii, dimineață
    dimineți, discuție discuții, doză doze, echipă echipe, eroare erori, etapă etape, etichetă etichete, factură facturi, familie
    familii, farfurie farfurii, farmacie farmacii, fată fete, femeie femei, fereastră ferestre, filială filiale, fiolă fiole,
    firmă firme, fișă fișe, fotografie fotografii, geantă genți, grupă grupe, haină haine, hală hale, husă huse, hârtie hârtii,
    idee idei, imagine imagini, injecție injecții, instrucțiune instrucțiuni, jachetă jachete, jucărie jucării, jumătate jumătăți,
    lampă lămpi, lanternă lanterne, lecție lecții, limbă limbi, lingură linguri, linie linii, liră lire, listă liste, literă
    litere, livrare livrări, locație locații, lucrare lucrări, lună luni, mamă mame, mască măști, masă mese, mașină mașini, metodă
    metode, mie mii, monedă monede, mărime mărimi, măsură măsuri, noapte nopți, notificare notificări, notă note, oală oale, oară
    ori, ocazie ocazii, ofertă oferte, operațiune operațiuni, opțiune opțiuni, oră ore, pacientă paciente, pagină pagini, parte
    părți, pastilă pastile, pauză pauze, perdea perdele, pereche perechi, perioadă perioade, pernă perne, persoană persoane, piesă
    piese, plantă plante, plasă plase, plată plăți, plângere plângeri, poliță polițe, pompă pompe, porție porții, poziție poziții,
    poză poze, problemă probleme, probă probe, procedură proceduri, programare programări, promoție promoții, propunere propuneri,
    prăjitură prăjituri, pungă pungi, pâine pâini, pătură pături, rată rate, recenzie recenzii, reclamație reclamații, recomandare
    recomandări, reducere reduceri, referință referințe, regulă reguli, reparație reparații, rezervare rezervări, rețetă rețete,
    rochie rochii, rundă runde, saltea saltele, sală săli, sarcină sarcini, scadență scadențe, scară scări, schimbare schimbări,
    scrisoare scrisori, secundă secunde, secție secții, semnătură semnături, sesiune sesiuni, situație situații, soluție soluții,
    stație stații, stea stele, sticlă sticle, stradă străzi, sumă sume, sută sute, săptămână săptămâni, tabletă tablete, taxă
    taxe, tentativă tentative, tigaie tigăi, tonă tone, tranzacție tranzacții, tranșă tranșe, trimitere trimiteri, tură ture,
    umbrelă umbrele, unitate unități, ușă uși, valiză valize, valoare valori, variantă variante, vedere vederi, verificare
    verificări, vizită vizite, zi zile, zonă zone, încercare încercări, întrebare întrebări, întâlnire întâlniri, întârziere
    întârzieri, școală școli, ședință ședințe, șosetă șosete
    """,
    "m": """
    adidas adidași, agent agenți, ambalator ambalatori, an ani, angajat angajați, asistent asistenți, avocat avocați, ban bani,
    bocanc bocanci, băiat băieți, bărbat bărbați, candidat candidați, cent cenți, centimetru centimetri, ciorap ciorapi, client
    clienți, coleg colegi, consilier consilieri, copil copii, curier curieri, dentist dentiști, director directori, doctor
    doctori, dolar dolari, domn domni, elev elevi, euro euro, forint forinți, franc franci, frate frați, gigabait gigabaiți,
    gigabyte gigabytes, gros groși, inginer ingineri, invitat invitați, kilometru kilometri, leu lei, litru litri, magazioner
    magazioneri, manager manageri, mecanic mecanici, medic medici, megabait megabaiți, membru membri, metru metri, mililitru
    mililitri, milimetru milimetri, muncitor muncitori, om oameni, operator operatori, ospătar ospătari, pacient pacienți,
    pantalon pantaloni, pantof pantofi, partener parteneri, pas pași, perete pereți, prieten prieteni, proprietar proprietari,
    psiholog psihologi, părinte părinți, recrutor recrutori, rucsac rucsaci, sac saci, salariat salariați, specialist specialiști,
    student studenți, tehnician tehnicieni, utilizator utilizatori, vecin vecini, volt volți, voluntar voluntari, vânzător
    vânzători, watt wați, zlot zloți, șofer șoferi
    """,
    "n": """
    abonament abonamente, accesoriu accesorii, act acte, anunț anunțuri, aparat aparate, apel apeluri, articol articole, autobuz
    autobuze, bagaj bagaje, bec becuri, bilet bilete, birou birouri, bloc blocuri, bon bonuri, buletin buletine, cablu cabluri,
    cadou cadouri, calculator calculatoare, capitol capitole, card carduri, cartuș cartușe, catalog cataloage, caz cazuri, ceas
    ceasuri, certificat certificate, cod coduri, colet colete, comentariu comentarii, comision comisioane, comprimat comprimate,
    concediu concedii, consult consulturi, cont conturi, control controale, corp corpuri, cort corturi, credit credite, criteriu
    criterii, cupon cupoane, curs cursuri, cuvânt cuvinte, cv cv-uri, depozit depozite, detaliu detalii, domeniu domenii, dosar
    dosare, drum drumuri, dulap dulapuri, e-mail e-mailuri, element elemente, email emailuri, etaj etaje, examen examene, exemplar
    exemplare, fel feluri, fișier fișiere, flacon flacoane, formular formulare, fotoliu fotolii, grad grade, gram grame, grup
    grupuri, hectar hectare, interval intervale, interviu interviuri, județ județe, kilogram kilograme, kit kituri, laptop
    laptopuri, link linkuri, loc locuri, lot loturi, lucru lucruri, magazin magazine, mesaj mesaje, miliard miliarde, milion
    milioane, minut minute, mod moduri, model modele, nivel niveluri, nume nume, număr numere, obiect obiecte, oraș orașe, pachet
    pachete, pahar pahare, pat paturi, plic plicuri, post posturi, preț prețuri, procent procente, produs produse, program
    programe, proiect proiecte, prosop prosoape, punct puncte, raft rafturi, raport rapoarte, retur retururi, rezultat rezultate,
    rând rânduri, salariu salarii, scaun scaune, schimb schimburi, sediu sedii, semestru semestre, serviciu servicii, set seturi,
    sfert sferturi, sms sms-uri, stagiu stagii, studiu studii, tarif tarife, telefon telefoane, televizor televizoare, termen
    termene, test teste, tip tipuri, transfer transferuri, transport transporturi, tricou tricouri, trimestru trimestre, tub
    tuburi, vaccin vaccinuri, voucher vouchere, zbor zboruri, încărcător încărcătoare
    """,
}
_ENDINGS: tuple[tuple[str, Gender], ...] = (
    ("uri", "n"),
    ("mente", "n"),
    ("aje", "n"),
    ("ări", "f"),
    ("âri", "f"),
    ("iri", "f"),
    ("ții", "f"),
    ("siuni", "f"),
    ("țiuni", "f"),
    ("tăți", "f"),
    ("nțe", "f"),
    ("ătoare", "n"),
    ("nți", "m"),
    ("tori", "m"),
    ("iști", "m"),
    ("cieni", "m"),
)
"""Endings of plurals, as good as certain, for nouns that are not listed."""
_PLAIN = str.maketrans("ăâîșțşţ", "aaistst")


def plain(word: str) -> str:
    """The word in small letters without diacritics, to compare texts that are written without them."""
    return word.lower().translate(_PLAIN)


def _forms() -> tuple[dict[str, Gender], dict[str, Gender]]:
    singular: dict[str, Gender] = {}
    plural: dict[str, Gender] = {}
    for gender, pairs in _PAIRS.items():
        for pair in pairs.split(","):
            one, many = pair.split()
            singular[one] = gender
            plural[plain(many)] = gender
    return singular, plural


_SINGULAR, _PLURAL = _forms()


def gender_of(noun: str, *, plural: bool) -> Gender | None:
    """The gender of a noun in its plural, or its singular; None when unknown. A singular must be written with its diacritics:
    "comanda" is the definite form ("bl. 1 scara 2"), no counted noun."""
    word = noun.lower()
    if not plural:
        return _SINGULAR.get(word)
    listed = _PLURAL.get(plain(word))
    if listed or word != noun:  # a capital begins a name or a sentence
        return listed
    return next((gender for ending, gender in _ENDINGS if word.endswith(ending) and len(word) > len(ending) + 1), None)
